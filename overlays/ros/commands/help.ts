import { nearestName } from '../config/nearest-name.ts';
import { Failure, type System } from '../runtime/system.ts';
import { type Options, readOptions, type Taken, UsageError } from './config-options.ts';

/** One of the commands below a command. */
export interface Verb {
  readonly taken?: Taken;
  readonly run: (system: System, options: Options) => number;
}

export interface Family {
  readonly name: string;
  readonly usage: string;
  readonly verbs: Readonly<Record<string, Verb>>;
  /** Further names of verbs. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Verbs of RancherOS 1 that are gone, and their replacements. */
  readonly gone?: Readonly<Record<string, string>>;
}

/** Runs the verb that the arguments name, with help, hints, and exit status 2 for wrong arguments. */
export function runVerb(system: System, family: Family, args: readonly string[]): number {
  const { name, usage, verbs, aliases = {}, gone = {} } = family;
  const [word = '', ...rest] = args;
  const options = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  if (['-h', '--help', 'help'].includes(word) || options.some((arg) => arg === '-h' || arg === '--help')) {
    system.print(usage);
    return 0;
  }
  if (Object.hasOwn(gone, word)) throw new Failure(gone[word]);
  const known = Object.hasOwn(aliases, word) ? (aliases[word] ?? word) : word;
  const verb = Object.hasOwn(verbs, known) ? verbs[known] : undefined;
  if (verb === undefined) {
    const near = nearestName(word, [...Object.keys(verbs), ...Object.keys(aliases)]);
    const hint = near === undefined ? '' : ` Did you mean ${near}?`;
    system.complain(word === '' ? usage : `there is no command ${name} ${word}.${hint}\n${usage}`);
    return 2;
  }
  try {
    return verb.run(system, readOptions(rest, verb.taken));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    system.complain(`${name} ${known}: ${error.message}\n${usage}`);
    return 2;
  }
}
