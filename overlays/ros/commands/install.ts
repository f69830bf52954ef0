import { layOut, smallestDisk } from '../../../pipeline/formats/disk-layout.ts';
import { APPEND_SIZE } from '../../../pipeline/formats/grub-settings.ts';
import { writeFile } from '../config/files.ts';
import { type Problem, problemText } from '../config/problem.ts';
import { readCloudConfig } from '../config/read.ts';
import { readUserData } from '../config/user-data.ts';
import { type BlockDevice, contentOf, diskNamed, sizeText, whyBusy } from '../install/disks.ts';
import { newIdentities } from '../install/identities.ts';
import { closeMedium, type InstallMedium, openMedium } from '../install/install-medium.ts';
import { writeDisk } from '../install/write-disk.ts';
import { must, run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { onTerminal } from '../runtime/terminal.ts';
import { textOf } from './config-input.ts';
import { type Options, readOptions, UsageError } from './config-options.ts';
import { power } from './power.ts';

const USAGE = `usage: ros install -d DISK [options]

Writes this system to a whole disk, from the ISO that the machine was started from, and starts it from there.
Nothing is fetched. What is on the disk is lost.

  -d, --device DISK          such as /dev/sda, or a path below /dev/disk
  -c, --cloud-config FILE    becomes the machine's configuration; without one nobody can log in but by what its
                             platform says (a config drive, a metadata service)
  -a, --append WORDS         further kernel parameters, kept on the disk
      --statedir FOLDER      keeps the state in a folder of its file system
  -t, --install-type TYPE    generic, the only one there is
  -f, --force                takes a disk that is not empty, and asks nothing
      --no-reboot            does not restart the machine at the end`;

const TAKEN = {
  flags: { f: 'force', 'no-reboot': 'no-reboot' },
  values: { d: 'device', c: 'cloud-config', a: 'append', t: 'install-type', statedir: 'statedir' },
  gone: both({
    'i image': 'the system is written from the medium that the machine was started from.',
    'p partition': 'the whole disk is written, with partitions for versions and for the state.',
    'k kexec': 'the machine restarts by its firmware; --no-reboot leaves that to you.',
    's save': 'images of services that must be there without a network belong into /var/lib/rancher/preload.',
    'r rollback': 'GRUB starts the version before where the new one does not come up.',
    debug: 'rancher.debug=true in --append says more at the start.',
    isoinstallerloaded: 'leave it out.',
  }),
} as const;

/** Options by their letter and by their long name. */
function both(gone: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const named = Object.entries(gone).flatMap(([names, why]) =>
    names.split(' ').map((name) => [name.length === 1 ? `-${name}` : `--${name}`, why] as const),
  );
  return Object.fromEntries(named);
}

/** Types of RancherOS 1 that have meant the same layout since there is only one. */
const SAME_TYPES = new Set(['generic', 'syslinux', 'gptsyslinux', 'amazon-ebs-hvm', 'googlecompute']);

const SCRATCH = '/run/ros/installing';
const LOCK = '/run/ros/install.lock';
/** Variable of those that have the lock. */
const LOCKED = 'ROS_INSTALL_LOCK';
/** An exit status that `ros install` itself never has. */
const TAKEN_BY_ANOTHER = 75;

/** `ros install`. */
export function install(system: System, args: readonly string[]): number {
  if (args.some((arg) => arg === '-h' || arg === '--help') || args[0] === 'help') {
    system.print(USAGE);
    return 0;
  }
  try {
    const options = readOptions(args, TAKEN);
    checkWords(options);
    if (must(system, ['id', '-u']).trim() !== '0')
      throw new Failure('only root can write to a disk: sudo ros install …');
    return system.environment(LOCKED) === undefined ? alone(system, args) : installWith(system, options);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    system.complain(`install: ${error.message}\n${USAGE}`);
    return 2;
  }
}

/** Starts this program again under a lock: two installations would write to one disk, or to each other's files in memory. */
function alone(system: System, args: readonly string[]): number {
  must(system, ['mkdir', '-p', '-m', '0700', '/run/ros']);
  const argv = [
    'flock',
    '--nonblock',
    '--conflict-exit-code',
    String(TAKEN_BY_ANOTHER),
    LOCK,
    'ros',
    'install',
    ...args,
  ];
  const status = onTerminal(system, argv, { [LOCKED]: LOCK });
  if (status === TAKEN_BY_ANOTHER)
    throw new Failure(
      'another installation is running on this machine; wait until it has ended: pgrep -af "ros install"',
    );
  return status;
}

/** Checks the arguments alone. */
function checkWords({ words, values }: Options): void {
  if (words.length > 0) throw new UsageError(`there is no place for the word ${words[0]}.`);
  if (values.get('device') === undefined) throw new UsageError('-d names the disk; none was given.');
  checkType(values.get('install-type') ?? 'generic');
  appendOf(values.get('append') ?? '', values.get('statedir'));
}

function installWith(system: System, { flags, values }: Options): number {
  const name = values.get('device') ?? '';
  const append = appendOf(values.get('append') ?? '', values.get('statedir'));
  const cloudConfig = values.has('cloud-config') ? cloudConfigOf(system, values.get('cloud-config') ?? '') : undefined;
  const disk = diskNamed(system, name);
  const busy = whyBusy(system, disk);
  if (busy.length > 0) throw new Failure(`${disk.path} cannot be taken.\n${busy.join('\n')}`);
  const medium = openMedium(system);
  try {
    const smallest = smallestDisk(medium.parts.plan);
    if (disk.size < smallest)
      throw new Failure(
        `${disk.path} is too small: it has ${sizeText(disk.size)}, and ${sizeText(smallest)} are the least.`,
      );
    if (!flags.has('force')) askFirst(system, disk, medium, cloudConfig !== undefined);
    write(system, { medium, disk, append, cloudConfig, stateFolder: values.get('statedir') ?? '' });
  } finally {
    closeMedium(system);
    run(system, ['rm', '-rf', SCRATCH]);
  }
  system.print(`RancherOS ${medium.parts.version} is on ${disk.path}.`);
  if (flags.has('no-reboot')) {
    system.print('Take the CD or stick out before this machine restarts.');
    return 0;
  }
  system.print('The machine restarts now; take the CD or stick out.');
  return power(system, 'reboot');
}

function checkType(type: string): void {
  if (SAME_TYPES.has(type)) return;
  if (type === 'upgrade' || type === 'rancher-upgrade')
    throw new UsageError('install does not upgrade: it replaces all that is on the disk.');
  throw new UsageError(`there is no type ${type}: every disk is laid out in the same way (generic).`);
}

function appendOf(words: string, folder: string | undefined): string {
  if (/["'\\\n]/.test(words))
    throw new UsageError(
      '-a takes words without quotes, as in rancher.x=[a,b]: GRUB would put a backslash before each.',
    );
  if (folder !== undefined && !/^[A-Za-z0-9._/-]+$/.test(folder))
    throw new UsageError(`--statedir ${folder} is no plain path.`);
  const all = [words.trim(), ...(folder === undefined ? [] : [`rancher.state.directory=${folder}`])].filter(
    (each) => each !== '',
  );
  const append = all.join(' ');
  if (append.length > APPEND_SIZE / 4)
    throw new UsageError(`-a has ${append.length} characters; the kernel takes fewer.`);
  return append;
}

/** The text of a cloud-config without errors. Unknown keys and the like are reported and accepted. */
function cloudConfigOf(system: System, path: string): string {
  if (/^[a-z]+:\/\//.test(path))
    throw new Failure(`${path} is an address; an installation fetches nothing. Get it first: wget ${path}`);
  const text = textOf(system, path);
  const userData = readUserData(text, path);
  if (userData.kind === 'script' || userData.kind === 'compose')
    throw new Failure(
      `${path} is no cloud-config; put it into one, below ${userData.kind === 'script' ? 'runcmd' : 'rancher.services'}`,
    );
  const problems: readonly Problem[] =
    userData.kind === 'refused' && userData.isForeign ? [userData.problem] : readCloudConfig(text, path).problems;
  const lines = problems.map(problemText);
  if (problems.some(({ severity }) => severity === 'error'))
    throw new Failure(`nothing was written: the cloud-config has errors.\n${lines.join('\n')}`);
  for (const line of lines) system.complain(line);
  return text;
}

/** Refuses a disk with something on it, and asks before it takes an empty one. */
function askFirst(system: System, disk: BlockDevice, { parts }: InstallMedium, hasConfig: boolean): void {
  const content = contentOf(system, disk);
  if (content.length > 0)
    throw new Failure(
      `${disk.path} is not empty; with -f everything on it is lost. It has:\n  ${content.join('\n  ')}`,
    );
  if (run(system, ['sh', '-c', ': </dev/tty'], { withErrors: true }).status !== 0)
    throw new Failure('there is no terminal to ask at; with -f nothing is asked');
  if (!hasConfig)
    system.print('No cloud-config was given (-c): nobody will be able to log in but by what the platform says.');
  system.print(
    `RancherOS ${parts.version} will be written to ${disk.path} (${sizeText(disk.size)} ${disk.model}). Go on? [y/N]`,
  );
  const answer = run(system, ['sh', '-c', 'read -r answer </dev/tty && printf %s "$answer"']).stdout;
  if (!/^y(es)?$/i.test(answer.trim())) throw new Failure('nothing was written');
}

function write(
  system: System,
  work: {
    readonly medium: InstallMedium;
    readonly disk: BlockDevice;
    readonly append: string;
    readonly cloudConfig: string | undefined;
    readonly stateFolder: string;
  },
): void {
  const { medium, disk, append, cloudConfig } = work;
  const state = `${SCRATCH}/state`;
  const conf = `${state}/${work.stateFolder}/var/lib/rancher/conf`.replace(/\/+/g, '/');
  must(system, ['rm', '-rf', SCRATCH]);
  must(system, ['mkdir', '-p', conf]);
  must(system, ['chmod', '0700', conf]);
  if (cloudConfig !== undefined) writeFile(system, `${conf}/cloud-config.d/user_config.yml`, cloudConfig);
  const started = system.now();
  const ids = newIdentities(system);
  const { plan } = medium.parts;
  const { state: place } = layOut({ ...plan, ids }, disk.size);
  system.print(`Installing on ${disk.path}: ${sizeText((place.lastLba - place.firstLba + 1) * 512)} for the state.`);
  writeDisk(system, {
    medium,
    disk,
    ids,
    append,
    stateFolder: state,
    scratch: SCRATCH,
    say: (line) => system.print(`  ${line}`),
  });
  system.print(`Done in ${Math.round((system.now() - started) / 1000)} s.`);
}
