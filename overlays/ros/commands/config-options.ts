/** Options of a command by their long names, and the words that are none. */
export interface Options {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly words: readonly string[];
}

/** What a command takes: `-f` or `--full`, and `-i FILE` or `--input FILE`. */
export interface Taken {
  readonly flags?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, string>>;
  /** Options of RancherOS 1 that are gone, as they are written, and why: the end of a sentence. */
  readonly gone?: Readonly<Record<string, string>>;
}

/** A command that was not written as it must be. */
export class UsageError extends Error {}

/** `short` names by the letter, such as `{ i: 'input' }`; `--json` is always taken. */
export function readOptions(args: readonly string[], taken: Taken = {}): Options {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const words: string[] = [];
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--') {
      words.push(...rest.splice(0));
      continue;
    }
    if (!arg.startsWith('-') || arg === '-') {
      words.push(arg);
      continue;
    }
    const [name = '', given] = arg.split(/=(.*)/s);
    const flag = longName(name, { ...taken.flags, j: 'json' });
    const value = longName(name, taken.values ?? {});
    if (flag !== undefined && given === undefined) {
      flags.add(flag);
    } else if (value !== undefined) {
      const text = given ?? rest.shift();
      if (text === undefined) throw new UsageError(`${name} needs a value.`);
      values.set(value, text);
    } else {
      const gone = taken.gone?.[name];
      throw new UsageError(gone === undefined ? `There is no option ${arg}.` : `${name} is gone: ${gone}`);
    }
  }
  return { flags, values, words };
}

function longName(name: string, names: Readonly<Record<string, string>>): string | undefined {
  if (name.startsWith('--')) return Object.values(names).find((long) => long === name.slice(2));
  return Object.entries(names).find(([short]) => short === name.slice(1))?.[1];
}
