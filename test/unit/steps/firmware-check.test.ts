import assert from 'node:assert/strict';
import { test } from 'node:test';
import { write } from '../../../pipeline/steps/firmware-check/write.ts';
import { failure, runWriter } from '../trees/sample.ts';

const moduleOf = (name: string, firmware: readonly string[]) => ({ name, path: `${name}.ko`, size: 1, depends: [], firmware });
const MODULES = Buffer.from(JSON.stringify({ release: '6.12.1', notModules: [], modules: [moduleOf('bnx2', ['bnx2/a.fw', 'bnx2/b.fw']), moduleOf('wireless', ['brcm/*-sdio.bin'])] }));
const contentsOf = (names: readonly string[]) => Buffer.from(JSON.stringify({ entries: names.map((name) => ({ path: `usr/lib/firmware/${name}` })) }));

async function check(shipped: readonly string[], without: { readonly [pattern: string]: string }): Promise<unknown> {
  const { report } = await runWriter(write, { inputs: { modules: MODULES, contents: contentsOf(shipped) }, outputs: ['report'], options: { without } });
  return JSON.parse(report?.toString() ?? '');
}

test('each firmware that a module asks for is shipped, also by a pattern, or left out with its reason', async () => {
  assert.deepEqual(await check(['bnx2/a.fw', 'brcm/43-sdio.bin'], { 'bnx2/b*': 'nobody has the card' }), {
    present: ['bnx2/a.fw', 'brcm/*-sdio.bin'],
    without: [{ name: 'bnx2/b.fw', reason: 'nobody has the card' }],
  });
});

const ALL = ['bnx2/a.fw', 'bnx2/b.fw', 'brcm/43-sdio.bin'];
const TROUBLE: readonly (readonly [string, readonly string[], { readonly [pattern: string]: string }, RegExp])[] = [
  ['firmware that is neither shipped nor explained', ['bnx2/a.fw', 'brcm/43-sdio.bin'], {}, /module bnx2 asks for the firmware bnx2\/b\.fw, which is not shipped/],
  ['a reason for firmware that is shipped', ALL, { 'bnx2/b.fw': 'too large' }, /names "bnx2\/b\.fw", which is shipped/],
  ['a reason for firmware that nobody asks for', ALL, { 'cxgb4/*': 'too large' }, /names "cxgb4\/\*"/],
];
for (const [sentence, shipped, without, message] of TROUBLE) {
  test(`${sentence} is refused`, async () => {
    await assert.rejects(check(shipped, without), failure('configuration', message));
  });
}
