import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { cameraKindNames } from '../../../../daemon/camera/kinds/table.js';
import { withCameraTable } from '../../../../tools/generate/camera-table.js';

it('docs/cameras.md has every kind of camera (else: npm run generate)', () => {
  const page = readFileSync('docs/cameras.md', 'utf8');
  expect(withCameraTable(page)).toBe(page);
  for (const name of cameraKindNames) expect(page).toContain(`\n| \`${name}\` | `);
});

it('says what is missing where the table has no place', () => {
  expect(() => withCameraTable('# Cameras')).toThrow("expected lines '<!-- generated: camera kinds -->'");
});
