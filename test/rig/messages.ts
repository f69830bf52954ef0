import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Failure } from '../../pipeline/core/failure.ts';

/** What a function of a messages.ts gives: a failure, or the words of one whose place others know. */
type Words = Pick<Failure, 'message'> & Partial<Failure>;

/** For every function of a messages.ts, calls of it with what they give. The compiler refuses a function without a row. */
export type MessageRows<Messages> = {
  readonly [name in keyof Messages]: Messages[name] extends (...words: infer Given) => Words ? readonly [MessageRow<Given>, ...MessageRow<Given>[]] : never;
};

type MessageRow<Given> = readonly [given: Given, gives: Words];

/** One case for each function of a messages.ts, with whole sentences; `file` names it. */
export function messageTests<Messages extends object>(file: string, messages: Messages, rows: MessageRows<Messages>): void {
  test(`every function of ${file} is called by a row of this test`, () => {
    assert.deepEqual(Object.keys(rows).sort(), Object.keys(messages).sort());
  });
  test(`the failures of ${file} say what happened, where, and what to do`, async (t) => {
    for (const [name, calls] of Object.entries(rows) as readonly (readonly [string, readonly MessageRow<readonly unknown[]>[]])[]) {
      const make = (messages as { readonly [name: string]: (...given: readonly unknown[]) => Words })[name];
      await t.test(name, () => {
        for (const [given, gives] of calls) {
          assert.deepEqual(withoutUndefined(make?.(...given)), gives);
          demandStyle(gives);
        }
      });
    }
  });
}

/** Sentences end, have one kind of quotes, call a directory by one word, and say what to do where somebody can do something. */
export function demandStyle({ kind, message, hint }: Words): void {
  assert.match(message, /[.?]$/, 'a message is a sentence, or several');
  for (const text of [message, hint ?? '']) assert.doesNotMatch(text, /[“”]|\bfolder/i, 'sentences have straight quotes, and directories');
  if (kind === 'interrupted') return;
  assert.ok(hint !== undefined, `"${message}" says nothing about what to do: give it a hint`);
  assert.match(hint, /[.?\n]$/, 'a hint is a sentence, or several');
}

function withoutUndefined(words: Words | undefined): unknown {
  return Object.fromEntries(Object.entries(words ?? {}).filter(([, value]) => value !== undefined));
}
