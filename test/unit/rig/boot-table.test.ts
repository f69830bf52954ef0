import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { removeTemporaryDirectory, temporaryDirectory } from '../../../pipeline/host/temporary-directory.ts';
import { bootRows, bootTable, keepRows } from '../../rig/boot-table.mjs';

const folder = await temporaryDirectory('boot-table');
after(() => removeTemporaryDirectory(folder));

const FACTS = { files: { 'rancheros.iso': 'sha256:1' }, firmware: 'bios', device: 'cdrom', datasource: 'none', memoryMiB: 512, accelerator: 'tcg' };

function result(name: string, checks: readonly { readonly sentence: string; readonly ok: boolean; readonly seconds: number }[]): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'results.json'), JSON.stringify({ boot: name, ...FACTS, checks }));
}

result('b works', [{ sentence: 'docker answers', ok: true, seconds: 21.3 }]);
result('a fails', [{ sentence: 'docker answers', ok: false, seconds: 99 }]);

test('boots are listed by name, with the seconds to Docker and what failed', () => {
  const rows = bootRows(folder, 0);
  assert.deepEqual(
    rows.map(({ boot, failed, secondsToDocker, checks }) => ({ boot, failed, secondsToDocker, checks })),
    [
      { boot: 'a fails', failed: ['docker answers'], secondsToDocker: null, checks: 1 },
      { boot: 'b works', failed: [], secondsToDocker: 21.3, checks: 1 },
    ],
  );
  assert.match(bootTable(rows), /^✖ +– +bios +cdrom +none +rancheros\.iso +a fails\n✔ +21\.3 s +bios/m);
});

test('boots of an earlier run are not of this one', () => {
  assert.deepEqual(bootRows(folder, Date.now() + 60_000), []);
});

test('kept results of boots that were not run again stay', () => {
  const file = join(folder, 'kept.json');
  const [first, second] = bootRows(folder, 0);
  assert.ok(first && second);
  keepRows(file, [first, second]);
  keepRows(file, [{ ...first, failed: [] }]);
  const kept = JSON.parse(readFileSync(file, 'utf8')) as readonly { readonly boot: string; readonly failed: readonly string[] }[];
  assert.deepEqual(
    kept.map(({ boot, failed }) => [boot, failed]),
    [
      ['a fails', []],
      ['b works', []],
    ],
  );
});
