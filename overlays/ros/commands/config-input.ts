import { Failure, type System } from '../runtime/system.ts';

/** Standard input. /dev/stdin is no way to it: it cannot be opened where it is a socket, and QuickJS reads no pipe whole. */
export type ReadInput = () => string;

/** Text of a file that somebody named. */
export function textOf(system: System, path: string): string {
  const text = system.readText(path);
  if (text === undefined) throw new Failure(`${path} cannot be read; is it there?`);
  return text;
}
