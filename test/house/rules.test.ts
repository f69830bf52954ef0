import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { houseRules } from './rules.mjs';

const ROWS: readonly { readonly rule: RegExp; readonly file: string; readonly text: string }[] = [
  { rule: /longer than/, file: 'pipeline/core/long.ts', text: 'x\n'.repeat(501) },
  { rule: /mirror/, file: 'README.md', text: `see ${['deb', 'debian', 'org'].join('.')}\n` },
  { rule: /mirror/, file: 'package-lock.json', text: `"${['registry', 'npmjs', 'org'].join('.')}"\n` },
  { rule: /unfinished/, file: 'pipeline/core/a.ts', text: `// ${'TO'}${'DO'} later\n` },
  { rule: /names no host/, file: 'package-lock.json', text: '"resolved": "somewhere"\n' },
  { rule: /utils/, file: 'pipeline/core/utils.ts', text: 'export {};\n' },
  { rule: /only cli/, file: 'pipeline/engine/a.ts', text: 'const home = process.env.HOME;\n' },
  { rule: /locale/, file: 'pipeline/engine/a.ts', text: 'names.sort((a, b) => a.localeCompare(b));\n' },
];

for (const { rule, file, text } of ROWS) {
  test(`the house rule ${rule} is broken by ${file}: ${JSON.stringify(text.slice(0, 40))}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'house-rules-'));
    try {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), text);
      const broken = houseRules(folder).filter((each) => rule.test(each.name) && each.found.length > 0);
      assert.equal(broken.length, 1);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}
