import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../rig/project.ts';

/** What stands between two lines of a text, both of which must be there, replaced. */
export function withBlock(text: string, marks: { readonly open: string; readonly close: string }, block: string): string {
  const [before, rest] = text.split(`${marks.open}\n`);
  const after = rest?.split(marks.close).slice(1).join(marks.close);
  assert.ok(before !== undefined && rest !== undefined && after !== undefined, `the lines ${marks.open} and ${marks.close} are missing`);
  return `${before}${marks.open}\n${block}${marks.close}${after}`;
}

/** Holds a file to the text that it should have by what the code says; with UPDATE_PAGES in the environment the file is written anew. `first` is the text of a file that is not there yet. */
export function holdPage(name: string, wanted: (page: string) => string, first?: string): void {
  const file = join(projectFolder, name);
  const update = Boolean(process.env['UPDATE_PAGES']);
  const page = existsSync(file) ? readFileSync(file, 'utf8') : update ? first : undefined;
  assert.ok(page !== undefined, `there is no ${name}: UPDATE_PAGES=1 npm test -- --stage unit --only test/house makes it`);
  const renewed = wanted(page);
  if (update) writeFileSync(file, renewed);
  else assert.equal(page, renewed, `write ${name} anew: UPDATE_PAGES=1 npm test -- --stage unit --only test/house`);
}
