const ascii = (data: Uint8Array, from: number, text: string): boolean =>
  data.length >= from + text.length && [...text].every((character, i) => data[from + i] === character.charCodeAt(0));

/** The image format that the first bytes announce, or undefined. Only formats that preprocessing can read count. */
export function imageKind(data: Uint8Array): 'jpeg' | 'png' | 'gif' | 'webp' | 'tiff' | 'avif' | undefined {
  if (data[0] === 0xff && data[1] === 0xd8 && data[2] === 0xff) return 'jpeg';
  if (ascii(data, 0, '\x89PNG\r\n\x1a\n')) return 'png';
  if (ascii(data, 0, 'GIF87a') || ascii(data, 0, 'GIF89a')) return 'gif';
  if (ascii(data, 0, 'RIFF') && ascii(data, 8, 'WEBP')) return 'webp';
  if (ascii(data, 0, 'II*\0') || ascii(data, 0, 'MM\0*')) return 'tiff';
  if (ascii(data, 4, 'ftypavif') || ascii(data, 4, 'ftypavis')) return 'avif';
  return undefined;
}
