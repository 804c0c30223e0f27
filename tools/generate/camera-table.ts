import { cameraKinds } from '../../daemon/camera/kinds/table.js';

const start = '<!-- generated: camera kinds -->';
const end = '<!-- end of camera kinds -->';

/** docs/cameras.md with the table of camera kinds as it is now. */
export function withCameraTable(page: string): string {
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/cameras.md: expected lines '${start}' and '${end}'`);
  const rows = cameraKinds.map(({ name, doc, frames }) => `| \`${name}\` | ${doc.replace(/\.$/, '')} | ${frames} |`);
  const table = ['| `camera.source` | what it is | frames are |', '|---|---|---|', ...rows];
  return `${page.slice(0, from + start.length)}\n${table.join('\n')}\n${page.slice(to)}`;
}
