import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { type CommandLine, type Option, withArguments } from './arguments.ts';
import type { DaemonJson } from './options.ts';

/** Options about the place of data, access to Docker and rights of containers: without them Docker would lose data or be open. */
const PROTECTED = new Set([
  'authorization-plugins',
  'data-root',
  'default-cgroupns-mode',
  'default-ipc-mode',
  'default-ulimits',
  'exec-root',
  'group',
  'hosts',
  'icc',
  'init-path',
  'ip',
  'ip6tables',
  'iptables',
  'no-new-privileges',
  'seccomp-profile',
  'selinux-enabled',
  'storage-driver',
  'tls',
  'tlscacert',
  'tlscert',
  'tlskey',
  'tlsverify',
  'userns-remap',
]);
/** Of arguments, the name of the key that means the same. */
const KEYS: Readonly<Record<string, string>> = {
  host: 'hosts',
  'authorization-plugin': 'authorization-plugins',
  'default-ulimit': 'default-ulimits',
};

/** A configuration with which dockerd starts, and messages about the options that were left out. */
export interface Validated {
  readonly line: CommandLine;
  readonly problems: readonly string[];
}

/** Asks dockerd itself about a file and arguments; gives its last words where it refuses them. */
type Validate = (line: CommandLine) => string | undefined;

/** `dockerd --validate`, which starts nothing. */
export const validator =
  (system: System, folder: string): Validate =>
  ({ json, words }) => {
    const file = `${folder}/validated.json`;
    system.writeText(file, JSON.stringify(json));
    const { status, stdout } = run(system, ['dockerd', '--validate', '--config-file', file, ...words], {
      withErrors: true,
    });
    return status === 0 ? undefined : (stdout.trim().split('\n').at(-1) ?? `it ended with status ${status}`);
  };

/**
 * Leaves out the options that dockerd refuses: each key and each argument is tried with the release's alone. `json`: the whole file, over `shipped`.
 */
export function validatedOptions(
  shipped: DaemonJson,
  json: DaemonJson,
  given: readonly Option[],
  validate: Validate,
): Validated {
  const all = withArguments(json, given);
  const why = validate(all);
  if (why === undefined) return { line: all, problems: [] };
  const problems: string[] = [];
  const leave = (what: string, words: string) =>
    problems.push(`Docker refuses ${what} (${words.replace(/^.*?(?=[^:]+: [^:]+$)/, '')}); it starts without it`);
  const own = Object.entries(json).filter(([key, value]) => !same(shipped[key], value));
  const keys = own.filter(([key, value]) => {
    const words = PROTECTED.has(key) ? undefined : validate({ json: { ...shipped, [key]: value }, words: [] });
    if (words !== undefined) leave(`the option “${key}”`, words);
    return words === undefined;
  });
  const options = given.filter((option) => {
    const words = isProtected(option) ? undefined : validate(withArguments(shipped, [option]));
    if (words !== undefined) leave(`the argument “--${option.name}”`, words);
    return words === undefined;
  });
  const line = withArguments({ ...shipped, ...Object.fromEntries(keys) }, options);
  const still = validate(line);
  if (still === undefined) return { line, problems };
  const fewest = fewestOptions(shipped, json, given);
  return { line: fewest, problems: [...problems, `Docker refuses its options together (${still}); ${ONLY_PROTECTED}`] };
}

export const ONLY_PROTECTED = 'it starts with those only that say where its data is and who may use it';

/** The release's options, and of the user's those that make it the Docker that it was. */
export function fewestOptions(shipped: DaemonJson, json: DaemonJson, given: readonly Option[]): CommandLine {
  const kept = Object.entries(json).filter(([key]) => PROTECTED.has(key) || key === 'bip');
  return withArguments({ ...shipped, ...Object.fromEntries(kept) }, given.filter(isProtected));
}

const isProtected = ({ name }: Option): boolean => PROTECTED.has(KEYS[name] ?? name);
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
