import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { authorizeKeys, BEGIN, END, keyLines } from '../../../../overlays/ros/console/authorized-keys.ts';
import { dockerMachineKeys } from '../../../../overlays/ros/console/docker-machine.ts';
import type { Command } from '../../../../overlays/ros/runtime/system.ts';
import { type Machine, machine } from '../machine.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG3JM6L7MdEoFM5VSI4nbce2s9GpQZPZosXU6 me@here';
const OTHER = 'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBOther you@there';
const OWN = 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDOwnKeyAddedByHand hand';
const FILE = '/home/rancher/.ssh/authorized_keys';
const ACCOUNT = [{ name: 'rancher', id: 1100, home: '/home/rancher' }];

/** A machine whose users are whoever runs the tests; how they were to be run is kept. */
function withHome(files: Readonly<Record<string, string>> = {}): Machine & { readonly seen: Command[] } {
  const seen: Command[] = [];
  const made: Machine = machine(
    { '/home/rancher/.profile': '', '/home/docker/.profile': '', ...files },
    {
      answer(command) {
        if (command.argv[0] !== 'timeout') return undefined;
        seen.push(command);
        const [program = '', ...words] = command.argv.slice(command.argv.indexOf('sh'));
        const placed = words.map((word) => (word.startsWith('/') ? join(made.root, word) : word));
        const { status, stdout } = spawnSync(program, placed, { input: command.stdin ?? '', encoding: 'utf8' });
        return { status: status ?? 127, stdout };
      },
    },
  );
  return Object.assign(made, { seen });
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

test('keys stand in a block of their own, in a file and a folder for their owner only', () => {
  const made = withHome();
  authorizeKeys(made, [KEY, OTHER], ACCOUNT);
  assert.equal(made.readText(FILE), `${BEGIN}\n${KEY}\n${OTHER}\n${END}\n`);
  assert.equal(modeOf(join(made.root, FILE)), '600');
  assert.equal(modeOf(join(made.root, '/home/rancher/.ssh')), '700');
});

test('a key that the user added by hand stays, one that the configuration names no more goes', () => {
  const made = withHome({ [FILE]: `${OWN}\n${BEGIN}\n${KEY}\n${END}\n# mine\n` });
  authorizeKeys(made, [OTHER], ACCOUNT);
  assert.equal(made.readText(FILE), `${OWN}\n# mine\n${BEGIN}\n${OTHER}\n${END}\n`);
  authorizeKeys(made, [], ACCOUNT);
  assert.equal(made.readText(FILE), `${OWN}\n# mine\n`);
});

test('a block whose last line was lost takes no key of the user with it', () => {
  const made = withHome({ [FILE]: `${BEGIN}\n${KEY}\n${OWN}\n` });
  authorizeKeys(made, [OTHER], ACCOUNT);
  const lines = made.readText(FILE)?.split('\n') ?? [];
  assert.ok(lines.includes(OWN));
  assert.ok(lines.includes(OTHER));
});

test('a file that says the same already is not written again', () => {
  const made = withHome();
  authorizeKeys(made, [KEY], ACCOUNT);
  const before = statSync(join(made.root, FILE)).ino;
  authorizeKeys(made, [KEY], ACCOUNT);
  assert.equal(statSync(join(made.root, FILE)).ino, before);
});

test('a home is written to with the rights of its owner only, and within a limit of time', () => {
  const made = withHome();
  authorizeKeys(made, [KEY]);
  assert.deepEqual(
    made.seen.map(({ argv }) => argv.filter((word) => word.startsWith('--'))),
    [
      ['--reuid=1100', '--regid=1100', '--clear-groups', '--no-new-privs'],
      ['--reuid=1101', '--regid=1101', '--clear-groups', '--no-new-privs'],
    ],
  );
  assert.ok(made.seen.every(({ argv }) => !argv.join(' ').includes('AAAA')));
});

test('where a folder stands for the file it is told, and nothing is written', () => {
  const made = withHome({ [`${FILE}/x`]: '' });
  authorizeKeys(made, [KEY], ACCOUNT);
  assert.match(made.readText('/dev/kmsg') ?? '', /SSH keys of rancher could not be written: .*authorized_keys is no plain file/);
});

test('a link to another file is written through and stays a link', () => {
  const made = withHome({ '/home/rancher/keys': `${OWN}\n` });
  mkdirSync(join(made.root, '/home/rancher/.ssh'));
  symlinkSync('../keys', join(made.root, FILE));
  authorizeKeys(made, [KEY], ACCOUNT);
  assert.match(made.readText('/home/rancher/keys') ?? '', new RegExp(`^${OWN}\n${BEGIN}`));
  assert.equal(readFileSync(join(made.root, FILE), 'utf8'), made.readText('/home/rancher/keys'));
});

test('what is no public key is left out and counted, without showing it', () => {
  const made = withHome();
  authorizeKeys(made, ['-----BEGIN OPENSSH PRIVATE KEY-----', KEY, '# comment'], ACCOUNT);
  assert.equal(made.readText(FILE), `${BEGIN}\n${KEY}\n${END}\n`);
  assert.match(made.readText('/dev/kmsg') ?? '', /2 of 3 are no public keys/);
  assert.doesNotMatch(made.readText('/dev/kmsg') ?? '', /PRIVATE/);
});

test('several keys in one text, options before a key and repetitions are understood', () => {
  assert.deepEqual(keyLines([`${KEY}\n\n${OTHER}\n`, KEY, `from="10.0.0.1" ${OWN}`, '']), [KEY, OTHER, `from="10.0.0.1" ${OWN}`]);
});

function archive(folder: string, files: Readonly<Record<string, string>>): Uint8Array {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return spawnSync('tar', ['-C', folder, '-cf', '-', ...Object.keys(files)]).stdout;
}

test("keys are found in docker-machine's archive, even one that ends in its middle, and nothing is unpacked", () => {
  const maker = machine();
  const tar = archive(maker.root, {
    'boot2docker, please format-me': 'boot2docker, please format-me',
    '.ssh/authorized_keys': `${KEY}\n`,
    '.profile': 'evil',
  });
  const made = withHome();
  mkdirSync(join(made.root, '/var/lib/boot2docker'), { recursive: true });
  writeFileSync(join(made.root, '/var/lib/boot2docker/userdata.tar'), tar.subarray(0, 4096));
  assert.deepEqual(dockerMachineKeys(made), [KEY]);
  assert.equal(existsSync(join(made.root, '/home/docker/.ssh')), false);
});

test('an archive that the user docker uploaded is read with the rights of docker', () => {
  const maker = machine();
  const made = withHome();
  writeFileSync(join(made.root, '/home/docker/userdata.tar'), archive(maker.root, { '.ssh/authorized_keys': OTHER }));
  assert.deepEqual(dockerMachineKeys(made), [OTHER]);
  assert.ok(made.seen[0]?.argv.includes('--reuid=1101'));
});

test('without archives there are no keys', () => {
  assert.deepEqual(dockerMachineKeys(withHome()), []);
});
