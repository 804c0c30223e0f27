import type { CompressResult } from '../compress/index.js';
import type { LoadedModel } from '../load.js';

export interface ReportInput {
  readonly source: LoadedModel;
  readonly result: CompressResult;
  readonly classes: readonly number[] | null;
}

export function reportHtml({ source }: ReportInput): string {
  return `<!doctype html><title>${source.header.name}</title>`;
}
