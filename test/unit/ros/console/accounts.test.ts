import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mended } from '../../../../overlays/ros/console/account-texts.ts';
import { ACCOUNTS, makeAccounts } from '../../../../overlays/ros/console/accounts.ts';
import { mendLoginFiles, pamError } from '../../../../overlays/ros/console/login-files.ts';
import { respawned } from '../../../../overlays/ros/console/respawn.ts';
import { projectFolder } from '../../../rig/project.ts';
import { machine } from '../machine.ts';

const RELEASE = Object.fromEntries(['passwd', 'group', 'shadow'].map((name) => [`/etc/${name}`, readFileSync(join(projectFolder, 'overlays/system/etc', name), 'utf8')]));

test('the accounts of the release are left alone, without a single program', () => {
  const made = machine(RELEASE, { answer: () => assert.fail('a program is run') });
  makeAccounts(made);
  assert.equal(made.readText('/etc/passwd'), RELEASE['/etc/passwd']);
});

/** Fields of a line by its first. */
const line = (text: string, name: string) =>
  text
    .split('\n')
    .find((each) => each.startsWith(`${name}:`))
    ?.split(':');

test('an image that knows nobody gets the accounts, their groups and the user of sshd', () => {
  const { passwd, group, shadow } = mended({ passwd: 'root:x:0:0:root:/root:/bin/ash\n', group: 'root:x:0:', shadow: 'root:*:1::::::\n' }, ACCOUNTS).texts;
  assert.deepEqual(line(passwd, 'rancher'), ['rancher', 'x', '1100', '1100', 'rancher', '/home/rancher', '/bin/bash']);
  assert.deepEqual(line(passwd, 'docker')?.slice(2, 4), ['1101', '1101']);
  assert.equal(line(passwd, 'sshd')?.[5], '/run/sshd');
  assert.deepEqual(line(group, 'docker'), ['docker', 'x', '1101', 'rancher,docker']);
  assert.deepEqual(line(group, 'sudo')?.[3], 'rancher,docker');
  assert.equal(line(shadow, 'rancher')?.[1], '*');
  assert.match(group, /^root:x:0:\n/);
});

test('the group docker of an image gets the number of the socket, and keeps its members', () => {
  const { group } = mended({ passwd: '', group: 'docker:x:999:ann\n', shadow: '' }, ACCOUNTS).texts;
  assert.deepEqual(line(group, 'docker'), ['docker', 'x', '1101', 'ann,rancher,docker']);
});

test('where another group has the number of the socket, the accounts are in both', () => {
  const { group } = mended({ passwd: '', group: 'docker:x:999:\nstaff:x:1101:bob\n', shadow: '' }, ACCOUNTS).texts;
  assert.deepEqual(line(group, 'docker'), ['docker', 'x', '999', 'rancher,docker']);
  assert.deepEqual(line(group, 'staff'), ['staff', 'x', '1101', 'bob,rancher,docker']);
});

test('numbers that others have are not taken twice', () => {
  const { passwd, group } = mended({ passwd: 'ann:x:1100:1100::/home/ann:/bin/sh\n', group: 'ann:x:1100:\n', shadow: '' }, ACCOUNTS).texts;
  const numbers = passwd
    .trim()
    .split('\n')
    .map((each) => each.split(':')[2]);
  assert.equal(new Set(numbers).size, numbers.length);
  assert.equal(line(passwd, 'rancher')?.[3], line(group, 'rancher')?.[2]);
});

test('an account that somebody locked stays locked, one that useradd made without a password lets keys in', () => {
  const { shadow } = mended({ passwd: '', group: '', shadow: 'rancher:!:1::::::\ndocker:!$6$a$b:1::::::\n' }, ACCOUNTS).texts;
  assert.equal(line(shadow, 'rancher')?.[1], '*');
  assert.equal(line(shadow, 'docker')?.[1], '!$6$a$b');
});

test('files that somebody wrote over get back what a login needs, and keep the rest, their mode and lines that are none', () => {
  const made = machine(
    { '/etc/passwd': 'ann:x:1200:1200::/home/ann:/bin/sh\n# mine\nrancher:x:1100:1100::/home/rancher:/bin/gone', '/etc/group': '', '/etc/shadow': '' },
    { answer: ({ argv }) => (argv[2]?.startsWith('for program') ? { status: 0, stdout: '/bin/sh\n' } : undefined) },
  );
  chmodSync(join(made.root, '/etc/shadow'), 0o640);
  makeAccounts(made);
  const passwd = made.readText('/etc/passwd') ?? '';
  assert.match(passwd, /^root:x:0:0:.*\nann:x:1200:1200::\/home\/ann:\/bin\/sh\n# mine\nrancher:x:1100:1100::\/home\/rancher:\/bin\/sh\n/);
  assert.match(made.readText('/etc/shadow') ?? '', /^rancher:\*:/);
  assert.equal(statSync(join(made.root, '/etc/shadow')).mode & 0o777, 0o640);
  const again = machine(Object.fromEntries(['passwd', 'group', 'shadow'].map((name) => [`/etc/${name}`, made.readText(`/etc/${name}`) ?? ''])), { answer: () => assert.fail('a program is run') });
  makeAccounts(again);
});

test('a file of PAM is judged by its lines: what it includes and asks for must be there', () => {
  const judge = (text: string | undefined, name = 'sshd') => pamError(text, { name, missing: new Set(['pam_gone.so']), isThere: (each) => each === 'common-auth' });
  assert.equal(judge('@include common-auth\n'), undefined);
  assert.equal(judge('# words\nauth [success=1 default=ignore] pam_unix.so nullok\naccount required pam_unix.so\nsession optional pam_gone.so\n-session required pam_gone.so\n'), undefined);
  assert.match(judge('account required pam_gone.so\n') ?? '', /line 1 asks for pam_gone\.so/);
  assert.match(judge('\n@include nothing\n') ?? '', /line 2 includes nothing/);
  assert.match(judge('hello world\n') ?? '', /line 1 is no line of PAM/);
  assert.match(judge('auth requird pam_unix.so\n') ?? '', /no control “requird”/);
  assert.match(judge('') ?? '', /says nothing/);
  assert.match(judge(undefined) ?? '', /no file/);
  assert.match(judge('auth required pam_unix.so\n') ?? '', /no line for accounts/);
  assert.equal(judge('auth required pam_unix.so\n', 'common-auth'), undefined);
});

test('of respawn.conf the lines are kept running that are no logins: those the console has', () => {
  const made = machine({
    '/etc/respawn.conf': '# words\n/sbin/agetty --noclear tty1 linux\n/usr/sbin/sshd -D\n\n/usr/bin/mine --now\n',
    '/etc/respawn.conf.d/b': '/usr/bin/other\n/usr/bin/mine --now',
  });
  assert.deepEqual(respawned(made), ['/usr/bin/mine --now', '/usr/bin/other']);
});

test('a pipe in the place of the list of name services is put aside: every program that looks up a name would wait for it', () => {
  const made = machine({ '/etc/x': '' });
  execFileSync('mkfifo', [join(made.root, 'etc/nsswitch.conf')]);
  mendLoginFiles(made);
  assert.ok(!existsSync(join(made.root, 'etc/nsswitch.conf')));
  assert.ok(statSync(join(made.root, 'etc/nsswitch.conf.refused')).isFIFO());
  assert.match(made.readText('/dev/kmsg') ?? '', /nsswitch\.conf is no plain file/);
});
