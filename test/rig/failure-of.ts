import assert from 'node:assert/strict';
import { BuildError, type Failure } from '../../pipeline/core/failure.ts';

/** The first failure of what must not end well. */
export async function failureOf(running: Promise<unknown>): Promise<Failure> {
  const error = await running.then(
    () => assert.fail('nothing was refused'),
    (error: unknown) => error,
  );
  assert.ok(error instanceof BuildError, String(error));
  return error.failures[0];
}
