import { FLAGS, RENAMED } from './dockerd-options.ts';
import { type DaemonJson, hostOf } from './options.ts';

/** Letters of dockerd's options. */
const LETTERS: Readonly<Record<string, string>> = {
  D: 'debug',
  G: 'group',
  H: 'host',
  b: 'bridge',
  g: 'data-root',
  l: 'log-level',
  p: 'pidfile',
  s: 'storage-driver',
};
/** Options that may be given several times, and their key in the file. */
const LISTS: Readonly<Record<string, string>> = {
  'authorization-plugin': 'authorization-plugins',
  'default-address-pool': 'default-address-pools',
  'dns-opt': 'dns-opts',
  'exec-opt': 'exec-opts',
  host: 'hosts',
  'insecure-registry': 'insecure-registries',
  label: 'labels',
  'log-opt': 'log-opts',
  'registry-mirror': 'registry-mirrors',
  'storage-opt': 'storage-opts',
};
/** Keys of the file that cannot stand beside an option: dockerd refuses them together. */
const EXCLUDED: Readonly<Record<string, readonly string[]>> = {
  bridge: ['bip'],
  bip: ['bridge'],
  'log-driver': ['log-opts'],
};

/** One option of a command line: its long name, and its value where it has one. */
export interface Option {
  readonly name: string;
  readonly value?: string;
}

/** Arguments for dockerd as options with current names; a leading `daemon` or `dockerd` is dropped. */
export function readArguments(words: readonly string[]): readonly Option[] {
  const rest = words.filter((word, index) => index > 1 || !['daemon', 'dockerd', 'docker'].includes(word));
  const options: Option[] = [];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [, long, letter, joined, given] =
      /^(?:--?([a-z][a-z0-9-]+)|-([A-Za-z])([^=]+)?)(?:=([\s\S]*))?$/.exec(word) ?? [];
    const written = long ?? LETTERS[letter ?? ''] ?? word.replace(/^-+/, '');
    const name = RENAMED[written] ?? written;
    const own = given ?? joined;
    const follows = own === undefined && !FLAGS.has(name) && /^([^-]|-\d|$)/.test(rest[0] ?? '-');
    const value = own ?? (follows ? rest.shift() : undefined);
    options.push({ name, ...(value === undefined ? {} : { value: name === 'host' ? hostOf(value) : value }) });
  }
  return options;
}

export interface CommandLine {
  readonly json: DaemonJson;
  readonly words: readonly string[];
}

/**
 * Options on the command line together with the file: dockerd refuses to start where both say something about the same,
 * so the command line wins, and lists of the file are added to it.
 */
export function withArguments(json: DaemonJson, options: readonly Option[]): CommandLine {
  const words = options.map(({ name, value }) => (value === undefined ? `--${name}` : `--${name}=${value}`));
  const left = new Map(Object.entries(json));
  for (const { name } of options) for (const key of EXCLUDED[name] ?? []) left.delete(key);
  for (const name of new Set(options.map((option) => option.name))) {
    const key = LISTS[name] ?? name;
    const inFile = left.get(key);
    left.delete(key);
    if (LISTS[name] === undefined) continue;
    const given = options.flatMap((option) => (option.name === name ? [option.value ?? ''] : []));
    words.push(
      ...listed(inFile)
        .filter((text) => !isGiven(given, text))
        .map((text) => `--${name}=${text}`),
    );
  }
  return { json: Object.fromEntries(left), words };
}

/** Texts of a list; of a mapping, `key=value`. */
function listed(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).map(([key, text]) => `${key}=${String(text)}`);
}

const isGiven = (given: readonly string[], text: string): boolean => {
  const key = text.split('=')[0] ?? '';
  return given.includes(text) || (text.includes('=') && given.some((each) => each.startsWith(`${key}=`)));
};
