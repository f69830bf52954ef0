import { MAX_BYTES } from '../config/document.ts';
import { Failure, type System } from '../runtime/system.ts';

/** Text of a file given on the command line. */
export function textOf(system: System, path: string): string {
  const text = system.readText(path, MAX_BYTES);
  if (text === undefined) throw new Failure(`${path} cannot be read; is it there?`);
  return text;
}
