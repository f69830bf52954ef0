import { nearestName } from '../config/nearest-name.ts';
import { requireRoot } from '../runtime/require-root.ts';
import { Failure, type System } from '../runtime/system.ts';
import { merge, set } from './config-change.ts';
import { type Options, readOptions, type Taken, UsageError } from './config-options.ts';
import { exportConfig, get, images } from './config-show.ts';
import { validate } from './config-validate.ts';

const USAGE = `usage: ros config COMMAND

  get KEY           the value that holds, such as rancher.network.dns
  set KEY VALUE     changes the user's own file; the value is YAML, such as '[a, b]'
  merge [-i FILE]   lays a cloud-config over the user's own file
  export            what the user's files say
                    (-f, --full: the release's too; -p, --private: passwords and keys too; -o, --output FILE)
  validate          says what is wrong with a cloud-config, and where (-i FILE; -a, --all: with all of this machine)
  images            images of all services (-i FILE)

merge and validate read the standard input where no file is named. --json: as JSON.`;

interface Verb {
  readonly taken?: Taken;
  /** Reads or writes files of root's. */
  readonly isRoots?: (options: Options) => boolean;
  readonly run: (system: System, options: Options) => number;
}

const INPUT = { i: 'input' } as const;

const always = (): boolean => true;

const VERBS: Readonly<Record<string, Verb>> = {
  get: { run: get, isRoots: always },
  set: { run: set, isRoots: always },
  merge: { taken: { values: INPUT }, run: merge, isRoots: always },
  export: {
    taken: { flags: { f: 'full', p: 'private' }, values: { o: 'output' } },
    run: exportConfig,
    isRoots: always,
  },
  validate: {
    taken: { flags: { a: 'all' }, values: INPUT },
    run: validate,
    isRoots: ({ flags }) => flags.has('all'),
  },
  images: { taken: { values: INPUT }, run: images, isRoots: ({ values }) => !values.has('input') },
};

/** Commands of RancherOS 1 that are gone, and why. */
const GONE: Readonly<Record<string, string>> = {
  syslinux:
    'config syslinux is gone: GRUB starts this system. Parameters of the kernel stand in grub.cfg on the boot partition.',
  generate: 'config generate is gone: it served the build, which does without it.',
};

/** `ros config`, the alias `ros c`. */
export function config(system: System, args: readonly string[]): number {
  const [name = '', ...rest] = args;
  if (['-h', '--help', 'help'].includes(name) || rest.some((arg) => arg === '-h' || arg === '--help')) {
    system.print(USAGE);
    return 0;
  }
  if (Object.hasOwn(GONE, name)) throw new Failure(GONE[name]);
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (verb === undefined) {
    const near = nearestName(name, Object.keys(VERBS));
    const hint = near === undefined ? '' : ` Did you mean ${near}?`;
    system.complain(name === '' ? USAGE : `there is no command config ${name}.${hint}\n${USAGE}`);
    return 2;
  }
  try {
    const options = readOptions(rest, verb.taken);
    if (verb.isRoots?.(options)) requireRoot(system, `ros config ${name}`);
    return verb.run(system, options);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    system.complain(`config ${name}: ${error.message}\n${USAGE}`);
    return 2;
  }
}
