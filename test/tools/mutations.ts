import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inMemory, type RandomAccess } from '../../pipeline/formats/random-access.ts';
import type { FieldProblem } from '../../pipeline/formats/sector.ts';

/** A field, where one of its bytes lies, and what that byte becomes (without a value: its lowest bit turned). */
export type Rows = readonly (readonly [field: string, offset: number, value?: number | undefined])[];

type Validator = (source: RandomAccess) => readonly FieldProblem[] | Promise<readonly FieldProblem[]>;

/** The bytes with one changed, without a copy of all of them. */
export function changed(bytes: Buffer, offset: number, value: number): RandomAccess {
  const whole = inMemory(bytes);
  return {
    size: whole.size,
    read(position, length) {
      const part = whole.read(position, length).slice();
      if (offset >= position && offset < position + part.length) part[offset - position] = value;
      return part;
    },
  };
}

/** What each changed field makes the validator say, that an unchanged file is sound, and that a cut one is not. */
export function mutations(what: string, bytes: Buffer, validate: Validator, rows: Rows, cut = 512): void {
  test(`nothing is wrong with ${what}`, async () => {
    assert.deepEqual(await validate(inMemory(bytes)), []);
  });
  for (const [field, offset, value = (bytes[offset] ?? 0) ^ 1] of rows) {
    test(`${what}: byte ${offset} changed is found and named ${field}`, async () => {
      assert.notEqual(bytes[offset], value, 'a change');
      const problems = await validate(changed(bytes, offset, value));
      assert.ok(
        problems.some((problem) => problem.field === field),
        `${field} is not in ${JSON.stringify(problems.slice(0, 5).map((problem) => problem.field))}`,
      );
      assert.ok(problems.every(({ message }) => message.endsWith('.') || message.length > 20));
    });
  }
  test(`${what} cut by ${cut} bytes is found`, async () => {
    assert.notDeepEqual(await validate(inMemory(bytes.subarray(0, bytes.length - cut))), []);
  });
}
