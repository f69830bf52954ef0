import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { consoleFinish } from '../../../../overlays/ros/commands/console-finish.ts';
import { consoleInit } from '../../../../overlays/ros/commands/console-init.ts';
import { dockerConfig } from '../../../../overlays/ros/commands/docker-config.ts';
import { early } from '../../../../overlays/ros/commands/early.ts';
import { env } from '../../../../overlays/ros/commands/environment.ts';
import { guestLogin } from '../../../../overlays/ros/commands/guest-login.ts';
import { netconf, ntpConfig } from '../../../../overlays/ros/commands/netconf.ts';
import { os } from '../../../../overlays/ros/commands/os.ts';
import { sysinit } from '../../../../overlays/ros/commands/sysinit.ts';
import { tls } from '../../../../overlays/ros/commands/tls.ts';
import { problemText } from '../../../../overlays/ros/config/problem.ts';
import { readCloudConfig } from '../../../../overlays/ros/config/read.ts';
import { loadConfig } from '../../../../overlays/ros/config/sources.ts';
import { configuredConsole } from '../../../../overlays/ros/console/replace-console.ts';
import { wantedSources } from '../../../../overlays/ros/datasources/catalogue.ts';
import { type Command, Failure, type Result } from '../../../../overlays/ros/runtime/system.ts';
import { findServices } from '../../../../overlays/ros/services/config.ts';
import { startLater } from '../../../../overlays/ros/services/later.ts';
import { hasUserArchives } from '../../../../overlays/ros/services/preload.ts';
import { planServices, surroundings } from '../../../../overlays/ros/services/start-plan.ts';
import { projectFolder } from '../../../rig/project.ts';
import { type Machine, machine } from '../machine.ts';

const shipped = (path: string) => readFileSync(join(projectFolder, 'overlays/system', path), 'utf8');

const FILES = {
  '/dev/kmsg': '',
  '/usr/share/ros/docker/daemon.json': shipped('usr/share/ros/docker/daemon.json'),
  '/etc/docker/system-docker.json': shipped('etc/docker/system-docker.json'),
  '/etc/docker/mine.json': '{"labels": ["by=mine"]}',
  '/etc/dhcpcd.conf': 'persistent\n',
  '/etc/env-file': 'FROM_FILE=yes\n',
  '/etc/chrony/chrony.conf': 'pool debian.pool.ntp.org iburst\n',
  '/etc/passwd': 'rancher:x:1100:1100::/home/rancher:/bin/bash\ndocker:x:1101:1101::/home/docker:/bin/bash\n',
  '/proc/cmdline': 'quiet\n',
  '/usr/lib/os-release': 'VERSION=v1.6.0\n',
  '/usr/share/ros/services/mine.yml': 'mine: {image: x/mine, labels: {io.rancher.os.scope: system}}\n',
  '/var/lib/rancher/preload/docker/x.tar': '',
  '/srv/images/y.tar': '',
  '/proc/sys/vm/swappiness': '60\n',
  '/sys/class/dmi/id/sys_vendor': 'VMware, Inc.\n',
};

/** The release's own services, for the parts that are nothing without them. */
const SYSTEM = { '/usr/share/ros/os-config.yml': shipped('usr/share/ros/os-config.yml') };
const WITH_SYSTEM: ReadonlySet<string> = new Set(['console', 'sysinit']);

const LINKS = ['lo', 'eth0', 'eth1', 'wlan0', 'bond0'].map((ifname, index) => ({
  ifname,
  ifindex: index + 1,
  address: `52:54:00:00:00:0${index}`,
  mtu: 1500,
  flags: ['UP', 'LOWER_UP'],
  addr_info: [],
  ...(ifname === 'bond0' ? { linkinfo: { info_kind: 'bond' } } : {}),
}));

/** Disks as the kernel and blkid tell of them: one for each part that the configuration can name. */
const DISKS = `vda 20971520 0 vda 0 0
vda1 2097152 0 vda 1 2048
vdb 20971520 0 vdb 0 0
vdc 20971520 0 vdc 0 0
vdd 20971520 0 vdd 0 0

DEVNAME=/dev/vda
PTTYPE=gpt

DEVNAME=/dev/vda1
LABEL=HERE
TYPE=ext4

DEVNAME=/dev/vdb
LABEL=OEM
TYPE=vfat

DEVNAME=/dev/vdc
LABEL=BOOT
TYPE=vfat
`;

const RUNNING = JSON.stringify([{ Names: ['/web'], Image: 'x/web', Status: 'Up', State: 'running', Labels: {} }]);

/** What the machine says to commands: all succeed, and those whose words are read say something sensible. */
function answer({ argv, stdin = '' }: Command): Result | undefined {
  const line = argv.join(' ');
  const said = (stdout: string): Result => ({ status: 0, stdout });
  if (argv[0] === 'ip' && line.includes('address')) return said(JSON.stringify(LINKS));
  if (argv[0] === 'ip' && line.includes('-j')) return said('[]');
  if (line.includes('/sys/class/block')) return said(DISKS);
  if (argv[0] === 'tar' && line.includes('repositories.json')) return said('{"Repositories": {}}');
  if (line.startsWith('mmcli -L')) return said('{"modem-list": ["/m/0"]}');
  if (argv[0] === 'mmcli' && line.endsWith('-J')) return said('{}');
  if (argv[4] === '/run/ros/claims') return said(`${argv.slice(6).join('\n')}\n`);
  if (argv[0] === 'stat' || argv[2]?.includes('stat -c') === true) return said(`${argv.at(-1)} 1 1`);
  if (argv[0] === 'md5sum') return said('0123456789abcdef  -');
  if (argv[0] === 'openssl') return said('-----MADE-----');
  if (line.includes('/sys/class/tty')) return said(`${argv.slice(4).join('\n')}\n`);
  if ((line + stdin).includes('never.example')) return { status: 6, stdout: '\n000' };
  if (argv[0] === 'curl') return said(`${stdin.includes('/containers/json') ? RUNNING : '{}'}\n200`);
  return said('');
}

/** Everything that a configuration makes a part of the guest do: its commands with their input, and all files that it wrote, as one text. */
export function observed(config: string, part: Part): string {
  const commands: string[] = [];
  const files: Readonly<Record<string, string>> = { ...FILES, ...(WITH_SYSTEM.has(part) ? SYSTEM : {}) };
  const system = machine(
    { ...files, '/var/lib/rancher/conf/cloud-config.yml': config },
    {
      answer: (command) => {
        commands.push([...command.argv, ...Object.entries(command.environment ?? {}).map((pair) => pair.join('=')), command.stdin ?? ''].join(' '));
        return answer(command);
      },
    },
  );
  let slept = 0;
  const patient: Machine = {
    ...system,
    sleep(milliseconds) {
      system.sleep(milliseconds);
      slept += milliseconds;
      if (slept > LONGEST) throw new Waits();
    },
  };
  const result = patiently(() => PARTS[part](patient));
  return [...commands, ...system.printed, ...system.complained, ...filesBelow(system.root, files), `it slept ${slept} ms`, typeof result === 'string' ? result : ''].join('\n');
}

/** Milliseconds that a part may wait for what never comes on this machine. */
const LONGEST = 400_000;
class Waits extends Error {}

function patiently(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Waits)) throw error;
    return 'it waits';
  }
}

/** Files that were written, and not those that were there. */
function filesBelow(root: string, given: Readonly<Record<string, string>>): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(root.length);
    if (!entry.isFile() || name.startsWith('/var/lib/rancher/conf/') || name === '/run/ros/read-before.json') return [];
    const text = readFileSync(path, 'utf8');
    return given[name] === text ? [] : [`${name}: ${text}`];
  });
}

/** What refuses to go on says so, which is an effect too. */
function failing(run: () => unknown): string {
  try {
    return String(run());
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.message;
  }
}

const PARTS = {
  /** `ros config validate`. */
  validate: (system: Machine) =>
    readCloudConfig(system.readText('/var/lib/rancher/conf/cloud-config.yml') ?? '', 'a.yml')
      .problems.map(problemText)
      .join('\n'),
  config: (system: Machine) => JSON.stringify(loadConfig(system).config),
  /** The configuration beside a kernel command line that sets a password. */
  disable: (system: Machine) => {
    system.writeText('/proc/cmdline', 'rancher.password=fromline');
    return JSON.stringify(loadConfig(system).config);
  },
  sysinit: (system: Machine) => sysinit(system),
  docker: (system: Machine) => dockerConfig(system, []),
  early: (system: Machine) => early(system),
  network: (system: Machine) => netconf(system, ['--locked']) + netconf(system, ['--finish', '--locked']),
  modems: (system: Machine) => netconf(system, ['--modems', '--locked']),
  ntp: (system: Machine) => `status ${ntpConfig(system)}`,
  login: (system: Machine) => consoleInit(system),
  prepared: (system: Machine) => consoleFinish(system),
  services: (system: Machine) => {
    const { config } = loadConfig(system);
    const { services, problems } = findServices(system, config);
    const around = surroundings(system, config);
    const specs = (['system', 'user'] as const).map((scope) => [...planServices(services, scope, around).specs]);
    return JSON.stringify([specs, problems]);
  },
  later: (system: Machine) => {
    const { config } = loadConfig(system);
    startLater(system, { known: new Map(), asksCloudInit: false, lacking: [] });
    return String(hasUserArchives(system, config));
  },
  console: (system: Machine) => {
    const { config } = loadConfig(system);
    return JSON.stringify([...configuredConsole(system, findServices(system, config).services, config)]);
  },
  datasources: (system: Machine) =>
    wantedSources(system, loadConfig(system).config)
      .wanted.map(({ name }) => name)
      .join(' '),
  guest: (system: Machine) =>
    failing(() =>
      guestLogin({
        ...system,
        sleep: () => {
          throw new Failure('it waits for a key');
        },
      }),
    ),
  env: (system: Machine) => env(system, []),
  releases: (system: Machine) => failing(() => os(system, ['list'])),
  certificates: (system: Machine) => failing(() => tls(system, ['generate', '--server', '-H', 'name'])),
} as const;

export type Part = keyof typeof PARTS;
