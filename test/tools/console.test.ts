import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { type ConsoleRoom, openConsole, whyNoConsoleRoom } from '../rig/console-room.ts';
import { hostImage } from '../rig/host-image.ts';
import { builtVersion } from '../rig/project.ts';
import { unpackRelease } from './console-release.ts';

const skip = whyNoConsoleRoom() ?? false;

let release: string;
let room: ConsoleRoom | undefined;
before(async () => {
  if (!skip) release = await unpackRelease();
});
afterEach(() => {
  room?.close();
  room = undefined;
});
after(async () => {
  if (!skip) await rm(release, { recursive: true, force: true });
});

/** As in the console's script. */
const PROGRAMS = `case $(cat /proc/self/mounts) in *' /usr/lib/ros '*) export PATH="/usr/lib/ros/foreign:$PATH" ;; esac`;

/** A console whose logins are ready, with a key that opens them; `first` is done in it before. */
async function consoleWith({ image = release, first = 'true' } = {}): Promise<ConsoleRoom> {
  room = await openConsole(image, release);
  room.run(`${PROGRAMS}; ssh-keygen -q -t ed25519 -N '' -f /run/key
ln -s /usr/lib/ros/foreign/by-release /run/ssh
echo "ssh_authorized_keys: ['$(cat /run/key.pub)']" >/var/lib/rancher/conf/cloud-config.yml
${first}`);
  return room;
}

const INIT = `${PROGRAMS}; ros console-init; echo "init $?"`;
/** As the console's script does. */
const SERVE = `(${PROGRAMS}; while [ -f /run/ros/console/kept/sshd ]; do setsid -w $(cat /run/ros/console/kept/sshd); sleep 0.2; done) >/run/sshd.log 2>&1 </dev/null &`;
const login = (user: string, command: string, port = 22) =>
  `/usr/lib/ros/foreign/timeout 20 /run/ssh -F /dev/null -i /run/key -p ${port} -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR ${user}@127.0.0.1 '${command}'`;

test('the default console lets in by a key, and offers a key of each kind from the first connection on', { skip }, async () => {
  const here = await consoleWith();
  assert.match(here.run(INIT), /init 0$/m);
  here.run(SERVE);
  here.until(login('rancher', 'id -un; id -Gn'), /^rancher\n.*docker/m);
  for (const kind of ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512'])
    assert.match(here.run(login('rancher', 'echo in').replace('-o BatchMode', `-o HostKeyAlgorithms=${kind} -o BatchMode`)), /^in$/m, kind);
  assert.match(here.run(login('root', 'id')), /Permission denied/);
  assert.equal(here.told(), '');
});

/** What a file of the user's says, and what must be told of it; whatever it is, keys get in, root and passwords do not. */
const GIVEN: readonly { readonly sentence: string; readonly text: string; readonly told: RegExp; readonly port?: number }[] = [
  {
    sentence: 'with a word that sshd does not know',
    text: 'Port 2222\nFrobnicate yes\n',
    told: /sshd_config is refused by sshd: \/etc\/ssh\/sshd_config: line 2: Bad configuration option: Frobnicate; SSH goes without it/,
  },
  {
    sentence: 'that takes passwords and lets root in',
    text: 'PasswordAuthentication yes\nPermitRootLogin yes\nPubkeyAuthentication no\nAllowGroups root\n',
    told: /sshd_config:2: "PermitRootLogin yes" has no effect/,
  },
  {
    sentence: 'that does so for some in blocks',
    text: 'Match User root,rancher\nPermitRootLogin yes\nPasswordAuthentication yes\nAllowGroups root\nPubkeyAuthentication no\n',
    told: /"PasswordAuthentication yes" has no effect/,
  },
  { sentence: 'that wants more than a key', text: 'AuthenticationMethods publickey,keyboard-interactive\n', told: /^/ },
  { sentence: 'that includes a pipe', text: 'Include /etc/ssh/pipe\n', told: /sshd_config is refused by sshd: it took more than 10 seconds/ },
  { sentence: 'of a version of sshd without an Include, with another port', text: 'Port 2200\nUsePAM yes\nSubsystem sftp /usr/lib/openssh/sftp-server\n', told: /^/, port: 2200 },
  { sentence: 'that is empty', text: '', told: /^/ },
];

for (const { sentence, text, told, port = 22 } of GIVEN) {
  test(`an /etc/ssh/sshd_config ${sentence} opens and closes no login`, { skip }, async () => {
    const here = await consoleWith({ first: `mkfifo /etc/ssh/pipe; printf '${text}' >/etc/ssh/sshd_config` });
    assert.match(here.run(INIT), /init 0$/m);
    here.run(SERVE);
    here.until(login('rancher', 'id -un', port), /^rancher$/m);
    assert.match(here.run(login('root', 'id', port)), /Permission denied|Connection closed/);
    assert.match(here.told(), told);
  });
}

/** What names an address that this machine never has, in whichever file. */
const ABSENT: readonly (readonly [string, string])[] = [
  ['in the file of the user', "echo 'ListenAddress 10.77.0.1' >/etc/ssh/sshd_config"],
  ['in the file of the user, for one family', "printf 'AddressFamily inet\\nListenAddress 10.77.0.1:22\\n' >/etc/ssh/sshd_config"],
  ['in rancher.ssh', "echo 'rancher: {ssh: {listen_address: 10.77.0.1}}' >>/var/lib/rancher/conf/cloud-config.yml"],
];
const IMPATIENT = `export ROS_SSHD_PATIENCE=2; ${SERVE}`;
for (const [where, first] of ABSENT) {
  test(`an address to listen on that never comes, ${where}, costs no login, and is told`, { skip }, async () => {
    const here = await consoleWith({ first });
    assert.match(here.run(INIT), /init 0$/m);
    here.run(IMPATIENT);
    here.until(login('rancher', 'id -un'), /^rancher$/m);
    assert.match(here.told(), /^<3>ros: SSH was to listen on 10\.77\.0\.1:22 alone, which this machine has not had for a minute; it listens on all addresses/m);
    assert.match(here.run(login('root', 'id')), /Permission denied/);
  });
}

test('an address to listen on that is late is listened on alone', { skip }, async () => {
  const here = await consoleWith({ first: "echo 'ListenAddress 10.77.0.1' >/etc/ssh/sshd_config" });
  here.run(INIT);
  here.run(SERVE);
  here.until('cat /run/ros/console/sshd_row', /^\d+ \d+$/m);
  here.run('ip address add 10.77.0.1/32 dev lo');
  here.until(login('rancher', 'id -un').replace('@127.0.0.1', '@10.77.0.1'), /^rancher$/m);
  assert.match(here.run(login('rancher', 'id -un')), /refused/);
  assert.equal(here.told(), '');
});

test('a file that is broken by hand is found when sshd starts again, and one that is mended then counts', { skip }, async () => {
  const here = await consoleWith();
  here.run(INIT);
  here.run(SERVE);
  here.until(login('rancher', 'id -un'), /^rancher$/m);
  here.run('cp /etc/ssh/sshd_config /etc/ssh/good; echo Frobnicate yes >/etc/ssh/sshd_config; kill -HUP $(cat /run/sshd.pid)');
  here.until('tr "\\0" " " </proc/$(cat /run/sshd.pid)/cmdline', /sshd_config\.own/);
  here.until(login('rancher', 'id -un'), /^rancher$/m);
  assert.match(here.told(), /refused by sshd/);
});

test('in a console of another system sshd, agetty and ros are those of the release, by its own loader', { skip }, async () => {
  const image = await mkdtemp(join(tmpdir(), 'console-image-'));
  try {
    execFileSync('tar', ['-xf', '-', '-C', image], { input: hostImage() });
    for (const name of ['proc', 'dev', 'run', 'sys']) mkdirSync(join(image, name));
    const here = await consoleWith({ image, first: 'mkdir -p /etc/ssh; printf "PasswordAuthentication yes\\nPermitRootLogin yes\\n" >/etc/ssh/sshd_config' });
    here.run('mkdir -p -m 0700 /var/run/motd');
    assert.match(here.run(INIT), /init 0$/m);
    assert.match(here.run('readlink -f /var/run'), /^\/run$/m);
    assert.match(here.run('cat /run/ros/console/kept/{ttyS0,sshd}'), /^\/usr\/lib\/ros\/foreign\/agetty --noclear ttyS0 .*\n\/usr\/lib\/ros\/sshd$/m);
    here.run(SERVE);
    here.until(login('rancher', 'id -un; id -Gn; ros -v'), new RegExp(`^rancher\\n.*docker.*\\n.*${builtVersion.replaceAll('.', '\\.')}`, 'm'));
    assert.match(here.run(login('root', 'id')), /Permission denied/);
    here.run('kill -HUP $(cat /run/sshd.pid)');
    here.until(login('rancher', 'id -un'), /^rancher$/m);
    assert.match(here.run('grep :1101: /etc/group; /usr/lib/ros/foreign/agetty --version'), /rancher[\s\S]*util-linux/);
    assert.match(here.run('/usr/sbin/sshd -V 2>&1; /sbin/agetty --version 2>&1'), /No such file[\s\S]*No such file/);
  } finally {
    await rm(image, { recursive: true, force: true });
  }
});

/** Files that a cloud-config may write, and of which each has kept everybody out. */
const SPOILT: readonly { readonly path: string; readonly content: string; readonly told: RegExp }[] = [
  { path: '/etc/passwd', content: 'ann:x:1200:1200::/home/ann:/bin/sh\\n', told: /^/ },
  { path: '/etc/passwd', content: 'rancher:x:1100:1100::/home/rancher:/bin/zsh\\n', told: /^/ },
  { path: '/etc/group', content: 'root:x:0:\\ndocker:x:999:\\n', told: /^/ },
  { path: '/etc/shadow', content: '', told: /^/ },
  { path: '/etc/nsswitch.conf', content: 'passwd: ldap\\ngroup: ldap\\nshadow: ldap\\n', told: /nsswitch\.conf does not lead to the accounts/ },
  { path: '/etc/pam.d/sshd', content: 'auth required pam_gone.so\\naccount required pam_gone.so\\n', told: /pam\.d\/sshd line 1 asks for pam_gone\.so, which is not there: nobody could log in/ },
  { path: '/etc/pam.d/common-account', content: 'some words', told: /pam\.d\/common-account line 1 is no line of PAM/ },
  { path: '/etc/sudoers.d/mine', content: 'words ((\\n', told: /^/ },
  { path: '/etc/ssh/sshd_config', content: 'Frobnicate yes\\n', told: /refused by sshd: \/etc\/ssh\/sshd_config: line 1/ },
  { path: '/etc/profile', content: 'exit 1\\n', told: /^/ },
];

for (const { path, content, told } of SPOILT) {
  test(`${path} with “${content.slice(0, 30)}” written by a cloud-config costs no login`, { skip }, async () => {
    const here = await consoleWith();
    here.run(INIT);
    here.run(SERVE);
    here.until(login('rancher', 'id -un'), /^rancher$/m);
    here.run(`printf 'write_files: [{path: ${path}, content: "%s"}]\\n' '${content}' >>/var/lib/rancher/conf/cloud-config.yml; ros console-finish`);
    assert.match(here.run(`cat ${path}*`), new RegExp(content.slice(0, 5).replace(/[(\\]/g, '.')));
    // The listener that is on its way out may take a last one.
    here.run('sleep 1');
    assert.match(here.until(login('rancher', 'id -un; sudo -n id -u; id -G'), /^rancher$/m), /^0$[\s\S]*\b1101\b/m);
    assert.match(here.told(), told);
  });
}

test('pipes in the place of files that are read for a login make nobody wait', { skip }, async () => {
  const here = await consoleWith({
    first: 'for file in environment respawn.conf pam.d/other ssh/sshd_config rc.local; do rm -f /etc/$file; mkfifo /etc/$file; done; mkfifo /var/lib/rancher/preload /opt/start.sh',
  });
  assert.match(here.run(`timeout 50 ros console-init; echo "init $?"`), /init 0$/m);
  here.run(SERVE);
  here.until(login('rancher', 'id -un'), /^rancher$/m);
  assert.match(here.run('timeout 50 ros console-finish; echo "finish $?"'), /finish [01]$/m);
  assert.match(here.told(), /sshd_config is no plain file; SSH goes without it/);
});

test('what /etc/respawn.conf names is kept running beside the logins', { skip }, async () => {
  const here = await consoleWith();
  here.run(INIT);
  here.run(`echo 'write_files: [{path: /etc/respawn.conf, content: "/sbin/agetty --noclear tty1 linux\\n/usr/bin/sleep 4242\\n"}]' >>/var/lib/rancher/conf/cloud-config.yml; ros console-finish`);
  assert.match(here.run('cat /run/ros/console/kept/respawn-*'), /^\/usr\/bin\/sleep 4242$/m);
});
