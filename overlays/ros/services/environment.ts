import type { Service } from './config.ts';
import { listOf, pairsOf } from './key-value.ts';

/** The environment that definitions of services may refer to. */
export interface Surroundings {
  /** rancher.environment. */
  readonly environment: Readonly<Record<string, string>>;
  readText(path: string): string | undefined;
}

export const NOTHING_AROUND: Surroundings = { environment: {}, readText: () => undefined };

/**
 * The environment of a service as `NAME=value`: that of its files, then its own. A name without a value takes that of rancher.environment,
 * `SERVICE/NAME` there before `NAME`; `NAME*` takes all names with that prefix. Missing ones are not set.
 */
export function environmentOf(
  name: string,
  service: Service,
  around: Surroundings,
  missing: (file: string) => void,
): string[] {
  const found = new Map<string, string>();
  const add = (key: string, value: string | undefined) => {
    if (value !== undefined) found.set(key, value);
    else if (key.endsWith('*'))
      for (const [each, text] of startingWith(around, key.slice(0, -1))) found.set(each, text);
    else {
      const text = around.environment[`${name}/${key}`] ?? around.environment[key];
      if (text !== undefined) found.set(key, text);
    }
  };
  for (const file of listOf(service.env_file)) {
    const text = around.readText(file);
    if (text === undefined) missing(file);
    for (const [key, value] of Object.entries(pairsOf(linesOf(text ?? '')))) add(key, value);
  }
  for (const [key, value] of Object.entries(pairsOf(service.environment))) add(key, value);
  return [...found].map(([key, value]) => `${key}=${value}`);
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));

const startingWith = ({ environment }: Surroundings, start: string): [string, string][] =>
  Object.entries(environment).filter(([key]) => key.startsWith(start));

/** Puts variables into text as Compose does: `$NAME`, `${NAME}`, `${NAME:-otherwise}`; `$$` is a dollar. */
export function filledIn(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replace(
    /\$(?:\$|\{([A-Za-z_]\w*)(?::?-([^}]*))?\}|([A-Za-z_]\w*))/g,
    (all, braced?: string, otherwise?: string, bare?: string) => {
      if (all === '$$') return '$';
      return environment[braced ?? bare ?? ''] ?? otherwise ?? '';
    },
  );
}
