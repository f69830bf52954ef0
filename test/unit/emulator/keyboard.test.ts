import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Keyboard } from '../../../pipeline/emulator/keyboard.ts';

const ROWS: readonly { readonly sentence: string; readonly typed: readonly string[]; readonly guest: string; readonly orders: readonly string[] }[] = [
  { sentence: 'ordinary keys go to the guest, Ctrl-C too', typed: ['ls\r\u0003'], guest: 'ls\r\u0003', orders: [] },
  { sentence: 'Ctrl-A X switches off', typed: ['a\u0001x'], guest: 'a', orders: ['quit'] },
  { sentence: 'the two keys may come apart, and in upper case', typed: ['\u0001', 'X'], guest: '', orders: ['quit'] },
  { sentence: 'Ctrl-A twice sends one', typed: ['\u0001\u0001b'], guest: '\u0001b', orders: [] },
  { sentence: 'Ctrl-A A sends Ctrl-A', typed: ['\u0001a'], guest: '\u0001', orders: [] },
  { sentence: 'Ctrl-A P presses the power button', typed: ['\u0001p'], guest: '', orders: ['power-button'] },
  { sentence: 'an unknown order shows the help', typed: ['\u0001z'], guest: '', orders: ['help'] },
];

for (const { sentence, typed, guest, orders } of ROWS) {
  test(`keyboard: ${sentence}`, () => {
    const keyboard = new Keyboard();
    const results = typed.map((each) => keyboard.take(Buffer.from(each, 'latin1')));
    assert.equal(results.map((each) => Buffer.from(each.typed).toString('latin1')).join(''), guest);
    assert.deepEqual(
      results.flatMap((each) => each.orders),
      orders,
    );
  });
}
