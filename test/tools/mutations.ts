import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inMemory, type RandomAccess } from '../../pipeline/formats/random-access.ts';
import type { FieldProblem } from '../../pipeline/formats/sector.ts';

/** A field, where one of its bytes lies, and what that byte becomes (without a value: its lowest bit turned), or all of them. */
export type Rows = readonly (readonly [field: string, offset: number, value?: number | Uint8Array | undefined])[];

type Validator = (source: RandomAccess) => readonly FieldProblem[] | Promise<readonly FieldProblem[]>;

/** The bytes with one or more changed, without a copy of all of them. */
export function changed(bytes: Buffer, offset: number, value: number | Uint8Array): RandomAccess {
  const whole = inMemory(bytes);
  const values = typeof value === 'number' ? [value] : [...value];
  return {
    size: whole.size,
    read(position, length) {
      const part = whole.read(position, length).slice();
      for (const [index, each] of values.entries()) {
        const place = offset + index - position;
        if (place >= 0 && place < part.length) part[place] = each;
      }
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
      const values = typeof value === 'number' ? Buffer.of(value) : Buffer.from(value);
      assert.ok(!bytes.subarray(offset, offset + values.length).equals(values), 'a change');
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
