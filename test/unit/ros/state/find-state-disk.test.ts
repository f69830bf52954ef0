import assert from 'node:assert/strict';
import { test } from 'node:test';
import { early } from '../../../../overlays/ros/commands/early.ts';
import type { CloudConfig } from '../../../../overlays/ros/config/schema.ts';
import { blockDevices } from '../../../../overlays/ros/state/block-devices.ts';
import { obtainState } from '../../../../overlays/ros/state/find-state-disk.ts';
import { type Machine, machine } from '../machine.ts';

type StateOptions = NonNullable<NonNullable<CloudConfig['rancher']>['state']>;

interface Disk {
  /** Below /dev. */
  readonly name: string;
  /** The disk of a partition. */
  readonly disk?: string;
  /** Name of the device mapper. */
  readonly mapped?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

const SECTORS = 2 ** 21;

/** A machine with these disks; `appear` are those that a program brings which begins with these words. */
function withDisks(disks: readonly Disk[], appear: Readonly<Record<string, Disk>> = {}, files: Readonly<Record<string, string>> = {}) {
  const there = [...disks];
  const ran: string[] = [];
  const listed = (): string => {
    const lines = there.map(({ name, disk = name, mapped = '' }) => `${name} ${SECTORS} 0 ${disk} ${disk === name ? 0 : name.at(-1)} ${disk === name ? 0 : 2048} ${mapped}`);
    const blocks = there.map(({ name, mapped, tags = {} }) =>
      [`DEVNAME=/dev/${mapped === undefined ? name : `mapper/${mapped}`}`, ...Object.entries(tags).map(([key, value]) => `${key}=${value}`)].join('\n'),
    );
    return `${lines.join('\n')}\n\n${blocks.join('\n\n')}\n`;
  };
  const system: Machine = machine(
    { '/dev/kmsg': '', '/run/ros/disk-drivers': '', ...files },
    {
      answer: ({ argv }) => {
        const line = argv.join(' ');
        if (line.endsWith('/sys/class/block')) return { status: 0, stdout: listed() };
        ran.push(argv.filter((word) => !word.includes('\n')).join(' '));
        const brought = Object.entries(appear).find(([words]) => line.startsWith(words))?.[1];
        if (brought !== undefined && !there.includes(brought)) there.push(brought);
        if (argv[0] === 'readlink') return { status: 0, stdout: line.endsWith('/dev/md/data') ? '/dev/md127\n' : `${argv.at(-1)}\n` };
        return line.startsWith('sh -c') || argv[0] === 'mkdir' ? undefined : { status: 0, stdout: '' };
      },
    },
  );
  const mounted = () => ran.filter((line) => line.startsWith('mount ') && line.endsWith('/run/rancher/state')).map((line) => line.split(' ').at(-2));
  const obtain = (options: StateOptions) => obtainState(system, options, { recovers: false, devices: blockDevices(system) });
  return { system, ran, obtain, mounted, log: () => system.readText('/dev/kmsg') ?? '', issue: () => system.readText('/run/issue.d/05-state.issue') };
}

const STATE = { LABEL: 'RANCHER_STATE', TYPE: 'ext4' };
const BY_LABEL = { dev: 'LABEL=RANCHER_STATE' };

test('of two disks that were written from one image, the state is that of the disk the system was started from, in either order', () => {
  for (const [own, other] of [
    ['vda', 'vdb'],
    ['vdb', 'vda'],
  ]) {
    const disks = ['vda', 'vdb'].flatMap((disk): Disk[] => [
      { name: disk },
      { name: `${disk}2`, disk, tags: { LABEL: 'RANCHERBOOT', TYPE: 'vfat', UUID: '1234-5678' } },
      { name: `${disk}3`, disk, tags: { ...STATE, UUID: 'aaaa' } },
    ]);
    const { obtain, mounted, log } = withDisks(disks, {}, { '/run/rancher/medium-device': `/dev/${own}2\n` });
    assert.equal(obtain(BY_LABEL)?.path, `/dev/${own}3`);
    assert.deepEqual(mounted(), [`/dev/${own}3`]);
    assert.match(
      log(),
      new RegExp(`<3>ros: LABEL=RANCHER_STATE is not the name of one device: /dev/${own}3 is taken, which is on the disk that this system was started from; /dev/${other}3 .* is left alone`),
    );
    assert.match(log(), /<3>ros: \/dev\/vda2 and \/dev\/vdb2 have the same UUID 1234-5678/);
    assert.match(log(), /vda3 and \/dev\/vdb3 have the same UUID aaaa/);
  }
});

test('a disk with the label of the state that nothing names is told on the console and before the login, with the parameter that takes it', () => {
  const { obtain, mounted, log, issue } = withDisks([{ name: 'vda', tags: STATE }]);
  assert.equal(obtain({}), undefined);
  assert.deepEqual(mounted(), []);
  const words = /\/dev\/vda has the label RANCHER_STATE and is not used.*add rancher\.state\.dev=LABEL=RANCHER_STATE to the kernel's parameters/;
  assert.match(log(), words);
  assert.match(log(), /<3>ros: \/dev\/vda has/);
  assert.match(issue() ?? '', words);
});

test('a live system without such a disk says nothing', () => {
  const { obtain, log, issue } = withDisks([{ name: 'vda', tags: { TYPE: 'ext4', LABEL: 'DATA' } }]);
  assert.equal(obtain({}), undefined);
  assert.deepEqual([log(), issue()], ['', undefined]);
});

const MEMBERS: readonly Disk[] = ['vda', 'vdb'].map((name) => ({ name, tags: { TYPE: 'linux_raid_member', LABEL: 'RANCHER_STATE', UUID: 'x' } }));

test('the state on a software RAID is found when it is to be assembled, also by the name of the array', () => {
  const array = { name: 'md127', tags: STATE };
  for (const dev of ['LABEL=RANCHER_STATE', '/dev/md/data', '/dev/md127']) {
    const { obtain, mounted, ran, log } = withDisks(MEMBERS, { 'mdadm --assemble': array });
    assert.equal(obtain({ dev, mdadm_scan: true })?.path, '/dev/md127', dev);
    assert.deepEqual(mounted(), ['/dev/md127']);
    assert.ok(ran.includes('mdadm --assemble --scan --no-degraded'));
    assert.equal(log(), '');
  }
});

test('an array that lacks a disk is started when that has been waited for', () => {
  const { obtain, ran } = withDisks(MEMBERS.slice(0, 1), { 'mdadm --assemble --scan --run': { name: 'md127', tags: STATE } });
  assert.equal(obtain({ ...BY_LABEL, mdadm_scan: true, wait: true })?.path, '/dev/md127');
  assert.ok(ran.filter((line) => line === 'mdadm --assemble --scan --no-degraded').length > 10);
});

test('a member of an array that nobody assembles is not the state, and the key that does is named', () => {
  const { obtain, log } = withDisks(MEMBERS);
  assert.equal(obtain({ dev: '/dev/vda' }), undefined);
  assert.match(log(), /\/dev\/vda is a member of a software RAID.*set rancher\.state\.mdadm_scan/);
});

test('the state on a volume of LVM is found by its label and by any of its paths', () => {
  const volume = { name: 'dm-0', mapped: 'vg--x-state', tags: STATE };
  for (const dev of ['LABEL=RANCHER_STATE', '/dev/vg-x/state', '/dev/mapper/vg--x-state', '/dev/dm-0']) {
    const { obtain, mounted } = withDisks([{ name: 'vda', tags: { TYPE: 'LVM2_member' } }], { 'vgchange --activate ay': volume });
    assert.equal(obtain({ dev, lvm_scan: true })?.path, '/dev/mapper/vg--x-state', dev);
    assert.deepEqual(mounted(), ['/dev/mapper/vg--x-state']);
  }
});

test('a release without the programs for it says so once, and what it cannot do at all', () => {
  const { system } = withDisks([]);
  const bare: Machine = {
    ...system,
    runAll: (commands) => commands.flatMap((command) => (['mdadm', 'vgchange'].includes(command.argv[0] ?? '') ? [{ status: 127, stdout: '' }] : system.runAll([command]))),
  };
  obtainState(bare, { ...BY_LABEL, mdadm_scan: true, lvm_scan: true, cryptsetup: true }, { recovers: false, devices: [] });
  const log = system.readText('/dev/kmsg') ?? '';
  assert.equal(log.match(/rancher\.state\.mdadm_scan has no effect/g)?.length, 1);
  assert.equal(log.match(/rancher\.state\.lvm_scan has no effect/g)?.length, 1);
  assert.match(log, /rancher\.state\.cryptsetup has no effect: this release does not bring cryptsetup/);
});

test('bootcmd is run before the state is looked for, and what it makes is found', () => {
  const config = 'bootcmd: [[open-it, now]]\nrancher: {state: {dev: LABEL=RANCHER_STATE}}\n';
  const { system, ran, mounted } = withDisks(
    [],
    { 'open-it now': { name: 'dm-0', mapped: 'opened', tags: STATE } },
    { '/usr/share/ros/cloud-config.yml': config, '/usr/lib/os-release': 'VERSION=v1\n' },
  );
  const opened: Machine = {
    ...system,
    runAll: (commands) =>
      commands.flatMap((command) => {
        const isOurs = command.argv.includes('open-it');
        return isOurs ? system.runAll([{ argv: ['open-it', 'now'] }]) : system.runAll([command]);
      }),
  };
  early(opened);
  assert.equal(ran.filter((line) => line === 'open-it now').length, 1, 'once in a start');
  assert.deepEqual(mounted(), ['/dev/mapper/opened']);
});

for (const path of ['/usr/share/ros/cloud-config.yml', '/usr/share/ros/oem/oem-config.yml', '/var/lib/rancher/conf/cloud-config.yml']) {
  test(`rancher.recovery in ${path} asks for a shell instead of a system`, () => {
    const isLate = path.startsWith('/var');
    const { system } = withDisks(
      [{ name: 'vda', tags: STATE }],
      {},
      { '/usr/share/ros/os-config.yml': 'rancher: {state: {dev: LABEL=RANCHER_STATE}}\n', '/usr/lib/os-release': 'VERSION=v1\n', ...(isLate ? {} : { [path]: 'rancher: {recovery: true}\n' }) },
    );
    const mounting: Machine = {
      ...system,
      runAll: (commands) => {
        if (isLate && commands.some(({ argv }) => argv[0] === 'mount' && argv.includes('-a'))) system.writeText(path, 'rancher: {recovery: true}\n');
        return system.runAll(commands);
      },
    };
    early(mounting);
    assert.equal(system.readText('/run/ros/recovery'), '');
  });
}
