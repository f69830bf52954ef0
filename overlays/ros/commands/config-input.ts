import { Failure, type System } from '../runtime/system.ts';

/** Standard input: there is no such file where a socket stands for it, so whoever starts the program hands it over. */
export type ReadInput = () => string;

/** Text of a file that somebody named. */
export function textOf(system: System, path: string): string {
  const text = system.readText(path);
  if (text === undefined) throw new Failure(`${path} cannot be read; is it there?`);
  return text;
}
