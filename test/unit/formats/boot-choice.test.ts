import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BootChoice, confirmSlot, decodeBootChoice, encodeBootChoice, tryNext } from '../../../pipeline/formats/boot-choice.ts';
import { decodeGrubEnvironment, encodeGrubEnvironment, GRUB_ENVIRONMENT_SIZE } from '../../../pipeline/formats/grub-environment.ts';
import { grubSettings } from '../../../pipeline/formats/grub-settings.ts';
import { failure } from '../trees/sample.ts';

const SETTLED: BootChoice = { slot: 'a', next: undefined, left: 0, failed: undefined };
const ON_TRIAL: BootChoice = { slot: 'a', next: 'b', left: 3, failed: undefined };

test('a new version gets three tries, and is the one to start from once it proved itself', () => {
  assert.deepEqual(tryNext(SETTLED, 'b'), ON_TRIAL);
  assert.deepEqual(confirmSlot({ ...ON_TRIAL, left: 1 }, 'b'), { ...SETTLED, slot: 'b' });
});

test('the old version that comes up again ends the trial and keeps what failed', () => {
  assert.deepEqual(confirmSlot({ ...SETTLED, failed: 'b' }, 'a'), { ...SETTLED, failed: 'b' });
  assert.deepEqual(tryNext({ ...SETTLED, failed: 'b' }, 'b'), ON_TRIAL);
  assert.deepEqual(tryNext(SETTLED, 'a'), SETTLED);
});

for (const choice of [SETTLED, ON_TRIAL, { ...SETTLED, slot: 'b', failed: 'a' } as const]) {
  test(`${JSON.stringify(choice)} survives GRUB's environment block, within its first sector`, () => {
    const bytes = encodeBootChoice(choice);
    assert.deepEqual(decodeBootChoice(bytes, 'it'), choice);
    assert.equal(bytes.length, GRUB_ENVIRONMENT_SIZE);
    assert.ok(bytes.subarray(512).every((byte) => byte === 0x23));
  });
}

const HOSTILE: readonly { readonly [name: string]: string }[] = [{}, { slot: 'c', next: '../a', left: '99' }, { slot: '', next: '', left: '3' }];
for (const variables of HOSTILE) {
  test(`an environment that says ${JSON.stringify(variables)} counts as slot a and no trial`, () => {
    assert.deepEqual(decodeBootChoice(encodeGrubEnvironment(variables), 'it'), SETTLED);
  });
}

test('values with line ends and backslashes survive the environment block', () => {
  const variables = { one: 'a\\b\nc=d', two: '' };
  assert.deepEqual(decodeGrubEnvironment(encodeGrubEnvironment(variables), 'it'), variables);
});

test('what is no environment block, or does not fit one, is refused', () => {
  assert.throws(() => decodeGrubEnvironment(new Uint8Array(GRUB_ENVIRONMENT_SIZE), 'it'), failure('wrong-bytes', /^it is no GRUB/));
  assert.throws(() => decodeGrubEnvironment(encodeGrubEnvironment({}).subarray(0, 1000), 'it'), failure('wrong-bytes', /^it is no GRUB/));
  assert.throws(() => encodeGrubEnvironment({ long: 'x'.repeat(1000) }), failure('wrong-bytes', /holds no/));
});

test('settings for GRUB keep quotes, dollars and blanks as they are', () => {
  assert.equal(grubSettings({ b: "it's $HOME", a: 'x y' }), "set a='x y'\nset b='it'\\''s $HOME'\n");
  assert.throws(() => grubSettings({ a: 'x\nhalt' }), RangeError);
});
