import assert from 'node:assert/strict';
import { test } from 'node:test';
import { install } from '../../../../overlays/ros/commands/install.ts';
import { Failure, type Result } from '../../../../overlays/ros/runtime/system.ts';
import { samplePlan } from '../../formats/sample-disk.ts';
import { type Machine, machine } from '../machine.ts';

const DISK = { path: '/dev/vda', type: 'disk', size: 8e9, ro: false, model: 'disk', 'maj:min': '254:0', mountpoints: [null] };
const PARTS = { version: 'v1.2.3', plan: samplePlan(), files: [], rest: [], append: { offset: 0, length: 4096 } };

interface Started {
  readonly files?: { readonly [path: string]: string };
  readonly uid?: string;
  readonly disk?: object;
  readonly signatures?: object;
  /** What is typed at the terminal; without it there is none. */
  readonly typed?: string;
  readonly medium?: 'iso' | 'disk' | 'network';
}

/** A machine started from an ISO, and every command that would change something. */
function started(options: Started = {}): Machine & { readonly changes: string[] } {
  const changes: string[] = [];
  const ok = (stdout = ''): Result => ({ status: 0, stdout });
  const medium = options.medium ?? 'iso';
  const system = machine(
    { '/run/ros/install/install.json': JSON.stringify(PARTS), ...options.files },
    {
      environment: { ROS_INSTALL_LOCK: 'held' },
      answer: ({ argv }) => {
        const [program = '', ...words] = argv;
        const last = words.at(-1) ?? '';
        switch (program) {
          case 'id':
            return ok(options.uid ?? '0');
          case 'lsblk':
            return ok(JSON.stringify({ blockdevices: [{ ...DISK, ...options.disk }] }));
          case 'readlink':
            return ok(last);
          case 'wipefs':
            return ok(options.signatures === undefined ? '' : JSON.stringify(options.signatures));
          case 'test':
            return { status: last === (medium === 'iso' ? '/run/rancher/medium/rancheros/install.squashfs' : medium === 'disk' ? '/run/rancher/medium/EFI/debian/grub.cfg' : '') ? 0 : 1, stdout: '' };
          case 'sh':
            if (!words.some((word) => word.includes('/dev/tty'))) break;
            return options.typed === undefined ? { status: 1, stdout: '' } : ok(options.typed);
          case 'mkdir':
            if (last === '/run/ros/install') return ok();
            break;
          case 'mountpoint':
            return ok();
          case 'umount':
          case 'rm':
            return ok();
          default:
            break;
        }
        changes.push(program);
        return { status: 1, stdout: 'it would write' };
      },
    },
  );
  return { ...system, changes };
}

const WRONG: readonly (readonly [sentence: string, args: readonly string[], says: RegExp])[] = [
  ['no disk', [], /-d names the disk/],
  ['a word too many', ['-d', '/dev/vda', 'please'], /no place for the word please/],
  ['an option of RancherOS 1 that is no more', ['-d', '/dev/vda', '-i', 'rancher/os'], /-i is gone/],
  ['a type that there is no more', ['-d', '/dev/vda', '-t', 'raid'], /no type raid/],
  ['an upgrade', ['-d', '/dev/vda', '-t', 'upgrade'], /does not upgrade/],
  ['quotes in kernel arguments', ['-d', '/dev/vda', '-a', 'rancher.x="a b"'], /without quotes/],
  ['more kernel arguments than the kernel takes', ['-d', '/dev/vda', '-a', 'x'.repeat(1025)], /1025 characters/],
  ['a state folder with blanks', ['-d', '/dev/vda', '--statedir', 'a b'], /no plain path/],
];
for (const [sentence, args, says] of WRONG)
  test(`install is called wrongly with ${sentence}`, () => {
    const system = started();
    assert.equal(install(system, args), 2);
    assert.match(system.complained.join('\n'), says);
    assert.deepEqual(system.changes, []);
  });

const REFUSED: readonly (readonly [sentence: string, options: Started, args: readonly string[], says: RegExp])[] = [
  ['somebody who is not root', { uid: '1100' }, [], /only root/],
  ['a cloud-config that is not there', {}, ['-c', '/none.yml'], /\/none\.yml cannot be read/],
  ['a cloud-config at an address', {}, ['-c', 'https://example.com/c.yml'], /fetches nothing/],
  ['a cloud-config with an error', { files: { '/c.yml': '#cloud-config\nhostname: [a\n' } }, ['-c', '/c.yml'], /errors\.\n\/c\.yml:\d+:\d+: error/],
  ['a script', { files: { '/c.yml': '#!/bin/sh\n' } }, ['-c', '/c.yml'], /below runcmd/],
  ['what is for another system', { files: { '/c.yml': '#include\nhttp://x/\n' } }, ['-c', '/c.yml'], /includes other files/],
  ['a read-only disk', { disk: { ro: true } }, ['-f'], /\/dev\/vda is read-only/],
  ['a mounted disk', { disk: { mountpoints: ['/mnt'] } }, ['-f'], /mounted on \/mnt/],
  ['a disk that is too small', { disk: { size: 6 * 2 ** 20 - 1 } }, ['-f'], /has 6\.3 MB, and 6\.3 MB are the least/],
  [
    'a disk that is not empty',
    { typed: 'y', signatures: { signatures: [{ type: 'LVM2_member', label: null }] } },
    [],
    /not empty; with -f everything on it is lost\. It has:\n {2}\/dev\/vda: LVM2_member$/,
  ],
  ['an empty disk where nobody can be asked', {}, [], /no terminal to ask at; with -f/],
  ['an empty disk where somebody says no', { typed: 'n\n' }, [], /nothing was written/],
  ['a system from the network', { medium: 'network' }, ['-f'], /over the network.*from the ISO/],
  ['a system on a disk', { medium: 'disk' }, ['-f'], /runs from an installed disk.*from the ISO/],
];
for (const [sentence, options, args, says] of REFUSED)
  test(`install refuses ${sentence}, and has changed nothing`, () => {
    const system = started(options);
    assert.throws(
      () => install(system, ['-d', '/dev/vda', ...args]),
      (error) => error instanceof Failure && says.test(error.message),
    );
    assert.deepEqual(system.changes, []);
  });

test('an empty disk is taken when somebody says yes, and a key that nobody knows is only told', () => {
  const system = started({ typed: 'yes\n', files: { '/c.yml': '#cloud-config\nno_such_key: 1\n' } });
  assert.throws(() => install(system, ['-d', '/dev/vda', '-c', '/c.yml']), Failure);
  assert.match(system.printed.join('\n'), /RancherOS v1\.2\.3 will be written to \/dev\/vda \(8\.0 GB disk\)\. Go on\? \[y\/N\]/);
  assert.match(system.complained.join('\n'), /c\.yml:2:1: warning: “no_such_key” is not known/);
  assert.notDeepEqual(system.changes, []);
});

test('ros install --help says what it takes', () => {
  const system = started();
  assert.equal(install(system, ['--help']), 0);
  assert.match(system.printed.join('\n'), /usage: ros install -d DISK/);
});

test('while one installation runs, another one is refused, and the first one has the terminal', () => {
  const argv: string[][] = [];
  const system = machine(
    {},
    {
      answer: (command) => {
        argv.push([...command.argv]);
        if (command.argv[0] === 'id') return { status: 0, stdout: '0' };
        return command.argv[0] === 'sh' ? { status: 75, stdout: '' } : { status: 0, stdout: '' };
      },
    },
  );
  assert.throws(
    () => install(system, ['-d', '/dev/vda', '-f']),
    (error) => error instanceof Failure && /another installation is running/.test(error.message),
  );
  assert.deepEqual(argv.at(-1)?.slice(4), ['flock', '--nonblock', '--conflict-exit-code', '75', '/run/ros/install.lock', 'ros', 'install', '-d', '/dev/vda', '-f']);
});
