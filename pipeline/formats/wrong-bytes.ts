import { BuildError } from '../core/failure.ts';

/** The error for bytes that are not what they should be; `message` is a whole sentence that names the thing. */
export function wrongBytes(message: string, evidence?: string): BuildError {
  return new BuildError({ kind: 'wrong-bytes', message, evidence });
}
