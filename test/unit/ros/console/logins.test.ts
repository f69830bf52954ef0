import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeEnvironment } from '../../../../overlays/ros/console/environment.ts';
import { hostKeys } from '../../../../overlays/ros/console/host-keys.ts';
import { keepRunning } from '../../../../overlays/ros/console/kept-running.ts';
import { setPassword } from '../../../../overlays/ros/console/password.ts';
import { terminals } from '../../../../overlays/ros/console/terminals.ts';
import type { Command } from '../../../../overlays/ros/runtime/system.ts';
import { type MachineOptions, machine } from '../machine.ts';

/** A machine that keeps what programs of this name were asked, and lets them end well. */
function watched(program: string, status = 0, files: Readonly<Record<string, string>> = {}) {
  const seen: Command[] = [];
  const answer: NonNullable<MachineOptions['answer']> = (command) => {
    if (command.argv[0] !== program) return undefined;
    seen.push(command);
    return { status, stdout: 'its words' };
  };
  return { made: machine(files, { answer }), seen };
}

test('a password goes to chpasswd on its standard input, typed or as a hash, and never shows in its arguments', () => {
  for (const [password, argv] of [
    ['se:cret', ['chpasswd']],
    ['$6$salt$hash', ['chpasswd', '--encrypted']],
    ['$y$j9T$salt$hash', ['chpasswd', '--encrypted']],
    ['$5 is no hash', ['chpasswd']],
  ] as const) {
    const { made, seen } = watched('chpasswd');
    setPassword(made, password);
    assert.deepEqual(
      seen.map((command) => [command.argv, command.stdin]),
      [[argv, `rancher:${password}\n`]],
    );
  }
});

test('a password that the configuration gives no more is taken away at the next start, one set by hand is left alone', () => {
  const { made, seen } = watched('chpasswd');
  setPassword(made, undefined);
  assert.deepEqual(seen, []);
  setPassword(made, 'secret');
  setPassword(made, undefined);
  setPassword(made, undefined);
  assert.deepEqual(
    seen.map(({ stdin }) => stdin),
    ['rancher:secret\n', 'rancher:*\n'],
  );
});

test('a password that cannot be set is told without the password', () => {
  const { made } = watched('chpasswd', 1);
  assert.throws(() => setPassword(made, 'secret'), /rancher\.password is not set: chpasswd says its words$/);
  assert.throws(() => setPassword(made, 'a\nroot:b'), /no line ends/);
});

const HERE =
  (names: readonly string[]): NonNullable<MachineOptions['answer']> =>
  ({ argv }) =>
    argv[0] === 'sh'
      ? {
          status: 0,
          stdout: argv
            .slice(4)
            .filter((name) => names.includes(name))
            .map((name) => `${name}\n`)
            .join(''),
        }
      : undefined;

test('logins are on the screens, on each console of the kernel, and where nobody needs to log in', () => {
  const made = machine({}, { answer: HERE(['tty1', 'tty2', 'ttyS0', 'ttyAMA0', 'hvc0']) });
  const line = 'quiet console=tty0 console=ttyS0,57600n8 console=hvc0 console=ttyS3';
  assert.deepEqual(
    terminals(made, line, ['tty1', '/dev/ttyAMA0']).map(({ command }) => command),
    [
      'agetty --noclear --autologin rancher tty1',
      'agetty --noclear tty2',
      'agetty --noclear ttyS0 57600,115200,38400,9600 vt220',
      'agetty --noclear hvc0 115200,38400,9600 vt220',
      'agetty --noclear --autologin rancher ttyAMA0 115200,38400,9600 vt220',
    ],
  );
});

test('one terminal in autologin needs no list, and a name that is no terminal is none', () => {
  const made = machine({}, { answer: HERE(['tty1', 'x; reboot']) });
  assert.deepEqual(
    terminals(made, '', 'tty1').map(({ isAutomatic }) => isAutomatic),
    [true],
  );
  assert.deepEqual(
    terminals(made, '', 'x; reboot').map(({ name }) => name),
    ['tty1'],
  );
});

test('host keys are made once, for root only, and are the same at the next start', () => {
  const made = machine();
  const files = hostKeys(made);
  assert.deepEqual(
    files,
    ['ed25519', 'ecdsa', 'rsa'].map((kind) => `/var/lib/rancher/ssh/ssh_host_${kind}_key`),
  );
  const texts = files.map((file) => made.readText(file));
  assert.match(texts[0] ?? '', /^-----BEGIN OPENSSH PRIVATE KEY-----/);
  hostKeys(made);
  assert.deepEqual(
    files.map((file) => made.readText(file)),
    texts,
  );
});

test('host keys of the configuration are used instead, and one that is no key is told and not used', () => {
  const text = machine();
  hostKeys(text);
  const key = text.readText('/var/lib/rancher/ssh/ssh_host_ed25519_key') ?? '';
  const made = machine();
  assert.deepEqual(hostKeys(made, { ed25519: key, 'ed25519-pub': 'ssh-ed25519 AAAA' }), ['/run/ros/ssh/ssh_host_ed25519_given']);
  const broken = machine();
  assert.deepEqual(hostKeys(broken, { rsa: 'nonsense' }).length, 3);
  assert.match(broken.readText('/dev/kmsg') ?? '', /rancher\.ssh\.keys: "rsa" is no private key/);
});

test('where the disk takes no host keys they are made in memory, and that is told', () => {
  const made = machine({ '/var/lib/rancher/ssh': 'a file' });
  assert.deepEqual(hostKeys(made)[0], '/run/ros/ssh/ssh_host_ed25519_key');
  assert.match(made.readText('/dev/kmsg') ?? '', /host keys for SSH cannot be kept in \/var\/lib\/rancher\/ssh/);
});

test('what is kept running is known by name: new lines are no change, others and missing ones are', () => {
  const made = machine();
  assert.deepEqual(
    keepRunning(
      made,
      new Map([
        ['tty1', 'a'],
        ['sshd', 'b'],
      ]),
    ),
    [],
  );
  assert.deepEqual(
    keepRunning(
      made,
      new Map([
        ['tty1', 'c'],
        ['tty2', 'd'],
      ]),
    ),
    ['sshd', 'tty1'],
  );
  assert.equal(made.readText('/run/ros/console/kept/tty1'), 'c\n');
  assert.equal(made.readText('/run/ros/console/kept/sshd'), undefined);
});

test('logins learn of the proxies and of no other variable, and what else stands in the file stays', () => {
  const made = machine({ '/etc/environment': 'LANG=C\nhttp_proxy=http://old\n' });
  writeEnvironment(made, {
    rancher: { environment: { HTTP_PROXY: 'http://p:1', SECRET: 'x' }, network: { no_proxy: 'localhost' } },
  });
  assert.equal(made.readText('/etc/environment'), 'LANG=C\nhttp_proxy=http://p:1\nHTTP_PROXY=http://p:1\nno_proxy=localhost\nNO_PROXY=localhost\n');
});
