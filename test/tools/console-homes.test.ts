import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, afterEach, before, test } from 'node:test';
import { type ConsoleRoom, openConsole, whyNoConsoleRoom } from '../rig/console-room.ts';
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

const AUTHS = 'rancher: {registry_auths: {r.test: {auth: bWluZTpzZWNyZXQ=}}}';
const PROFILE = 'write_files: [{path: /home/rancher/.profile.d/env, content: mine, owner: rancher, permissions: "0640"}]';

/** A console with homes in which somebody has put things, and files of root's that nobody may touch. */
async function consoleWith(config: string, trap: string): Promise<ConsoleRoom> {
  room = await openConsole(release, release);
  room.run(`mkdir -p /etc/victim; echo root >/etc/secret; echo '{"auths":{"hidden":{"auth":"eA=="}}}' >/etc/secret.json; chmod 600 /etc/secret /etc/secret.json
cat >/var/lib/rancher/conf/cloud-config.yml <<'YAML'
${config}
YAML
ros console-init; cd /home/rancher; ${trap}`);
  return room;
}

const FINISH = 'rm -rf /run/ros/claims /var/lib/ros; SECONDS=0; timeout 90 ros console-finish; echo "finish $?"; [ -e /run/console-done ] && echo done';
const UNTOUCHED = 'stat -c "%n %U %a" /etc/victim /etc/secret /etc/secret.json; cat /etc/secret; ls -A /etc/victim';
const AS_BEFORE = '/etc/victim root 755\n/etc/secret root 600\n/etc/secret.json root 600\nroot\n';
const NUMBERS = (prefix: string) => `i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo; done | awk '{print "${prefix}." NR}' | xargs -n 1 ln -s /etc/secret`;

/** What somebody put into a home, and the configuration that has root write there. */
const TRAPS: readonly { readonly sentence: string; readonly config: string; readonly trap: string }[] = [
  { sentence: 'the folder .docker leads to one of root’s', config: AUTHS, trap: 'ln -s /etc/victim .docker' },
  {
    sentence: 'links of all likely names lead to a file of root’s',
    config: AUTHS,
    trap: `mkdir .docker; chown rancher: .docker; cd .docker; ${NUMBERS('config.json')}; ln -s /etc/secret config.json.new`,
  },
  { sentence: 'config.json leads to a file of root’s', config: AUTHS, trap: 'mkdir .docker; ln -s /etc/secret.json .docker/config.json; chown -h rancher: .docker .docker/config.json' },
  { sentence: 'config.json is a pipe', config: AUTHS, trap: 'mkdir .docker; mkfifo .docker/config.json; chown -R rancher: .docker' },
  { sentence: 'config.json is endless', config: AUTHS, trap: 'mkdir .docker; ln -s /dev/zero .docker/config.json; chown rancher: .docker' },
  { sentence: 'a folder of write_files leads to one of root’s', config: PROFILE, trap: 'ln -s /etc/victim .profile.d' },
  {
    sentence: 'a file of write_files leads to a file of root’s',
    config: PROFILE,
    trap: 'mkdir .profile.d; ln -s /etc/secret .profile.d/env; ln -s /etc/secret .profile.d/env.new-by-ros; chown rancher: .profile.d',
  },
  { sentence: 'a file of write_files is a pipe', config: PROFILE, trap: 'mkdir .profile.d; mkfifo .profile.d/env; chown -R rancher: .profile.d' },
  { sentence: 'a folder of a file that is to be root’s leads to one of root’s', config: PROFILE.replace('owner: rancher, ', ''), trap: 'ln -s /etc/victim .profile.d' },
  { sentence: 'there are dots on the way to it', config: PROFILE.replace('/home/rancher/', '/tmp/../home/./rancher/'), trap: 'ln -s /etc/victim .profile.d' },
];

for (const { sentence, config, trap } of TRAPS) {
  test(`where ${sentence}, nothing of root’s is written or shown, and the console is prepared`, { skip }, async () => {
    const here = await consoleWith(config, trap);
    assert.match(here.run(FINISH), /finish [01]\ndone\n$/);
    assert.equal(here.run(UNTOUCHED), AS_BEFORE);
    assert.doesNotMatch(here.run('cat $(find /home -type f -size -100k) 2>/dev/null'), /hidden/);
  });
}

test('accounts of registries are written for their owners, who keep what stood there and may go on', { skip }, async () => {
  const here = await consoleWith(AUTHS, `mkdir .docker; echo '{"other": 1}' >.docker/config.json; chown -R rancher: .docker`);
  here.run(FINISH);
  assert.match(here.run('cat /home/rancher/.docker/config.json'), /"other": 1[\s\S]*bWluZTpzZWNyZXQ=/);
  assert.equal(here.run('stat -c "%U %a" /home/rancher/.docker/config.json /home/docker/.docker/config.json'), 'rancher 600\ndocker 600\n');
  assert.doesNotMatch(here.told(), /<3>/);
});

test('folders that write_files makes in a home belong to the owner of the file', { skip }, async () => {
  const here = await consoleWith('write_files: [{path: /home/rancher/.docker/a/config.json, content: "{}", owner: "rancher:rancher"}, {path: /home/docker/x/y, content: z}]', 'true');
  here.run(FINISH);
  assert.equal(
    here.run('stat -c "%U:%G" /home/rancher/.docker /home/rancher/.docker/a /home/rancher/.docker/a/config.json; cat /home/docker/x/y; stat -c " %U" /home/docker/x/y'),
    'rancher:rancher\nrancher:rancher\nrancher:rancher\nz root\n',
  );
  assert.equal(here.run('setpriv --reuid=1100 --regid=1100 --clear-groups mkdir /home/rancher/.docker/contexts && echo made'), 'made\n');
});

test('a folder that root made there before is written to all the same', { skip }, async () => {
  const here = await consoleWith(PROFILE, 'mkdir .profile.d');
  here.run(FINISH);
  assert.equal(here.run('cat /home/rancher/.profile.d/env; stat -c " %U %a" /home/rancher/.profile.d/env'), 'mine rancher 640\n');
});

/** A program in the place of one, which puts a link to /etc/victim in the place of a folder at the moment in which it is called, and then does its work. */
const SWAP = (program: string, folder: string) =>
  `mkdir -p /run/swap; cat >/run/swap/${program} <<'SH'
#!/bin/sh
[ -L ${folder} ] || { mv ${folder} ${folder}.aside; ln -s /etc/victim ${folder}; }
exec ${program === 'chown' || program === 'chmod' || program === 'mv' ? '/usr/bin' : '/bin'}/${program} "$@"
SH
chmod 755 /run/swap/${program}
`;
const SWAPPED = 'PATH=/run/swap:$PATH;';

for (const program of ['find', 'chown'])
  test(`a folder of keys that becomes a link while ${program} looks at it gives nothing of root’s away`, { skip }, async () => {
    const here = await consoleWith('hostname: x', 'touch /etc/victim/keys; mkdir -p .ssh; chown root: .ssh; touch .ssh/keys; rm -rf /run/ros/claims');
    here.run(SWAP(program, '/home/rancher/.ssh'));
    here.run(`${SWAPPED} ros console-init`);
    assert.equal(here.run('readlink /home/rancher/.ssh; stat -c "%U" /etc/victim /etc/victim/keys'), '/etc/victim\nroot\nroot\n');
  });

test('a home that is exchanged for a link is not given away, and one of somebody else is mended', { skip }, async () => {
  const here = await consoleWith('hostname: x', 'chown root: /home/docker /home/rancher');
  here.run('ros console-init');
  assert.equal(here.run('stat -c "%U" /home/docker /home/rancher'), 'docker\nrancher\n');
  here.run('chown root: /home/docker');
  here.run(SWAP('chown', '/home/docker'));
  here.run(`${SWAPPED} ros console-init`);
  assert.equal(here.run('readlink /home/docker; stat -c "%U" /etc/victim /home/docker.aside'), '/etc/victim\nroot\ndocker\n');
});

const ELSEWHERE = (path: string, owner = 'rancher') => `write_files: [{path: ${path}, content: mine, owner: ${owner}, permissions: "0644"}]`;

/** Folders outside of homes that belong to somebody, such as what a container has as a volume. */
const OPEN: readonly { readonly sentence: string; readonly config: string; readonly trap: string }[] = [
  { sentence: 'a folder of a file that write_files names', config: ELSEWHERE('/srv/app/conf/secret'), trap: 'mkdir -p /srv/app; ln -s /etc /srv/app/conf; chown -h rancher: /srv/app /srv/app/conf' },
  { sentence: 'a folder of a file for root in a folder for all', config: ELSEWHERE('/tmp/conf/secret', 'root'), trap: 'ln -s /etc /tmp/conf; chown -h rancher: /tmp/conf' },
  { sentence: 'a mount point in a home', config: 'mounts: [[none, /home/rancher/data, tmpfs, ""]]', trap: 'ln -s /etc/victim data; chown -h rancher: data' },
  {
    sentence: 'a mount point in a folder of somebody’s',
    config: 'mounts: [[none, /srv/app/data, tmpfs, ""]]',
    trap: 'mkdir -p /srv/app; ln -s /etc/victim /srv/app/data; chown -h rancher: /srv/app /srv/app/data',
  },
];
for (const { sentence, config, trap } of OPEN) {
  test(`where a link is in the place of ${sentence}, that is told and nothing is done where it leads`, { skip }, async () => {
    const here = await consoleWith(config, trap);
    assert.match(here.run(FINISH), /finish [01]\ndone\n$/);
    assert.equal(here.run(UNTOUCHED), AS_BEFORE);
    assert.equal(here.run('grep -c /etc/victim /proc/self/mounts'), '0\n');
    assert.match(here.told(), /<3>.* is a link that others than root may have put there/);
  });
}

test('a file that is handed to its owner in a folder for all is not followed where its owner leads it before it has its mode', { skip }, async () => {
  const here = await consoleWith(ELSEWHERE('/tmp/mine'), 'true');
  here.run(`mkdir -p /run/swap; cat >/run/swap/chmod <<'SH'
#!/bin/sh
for last; do :; done
case $last in /proc/*) ;; *) rm -f "$last"; ln -s /etc/secret "$last" ;; esac
exec /usr/bin/chmod "$@"
SH
chmod 755 /run/swap/chmod`);
  here.run(`${SWAPPED} ${FINISH}`);
  assert.equal(here.run(UNTOUCHED), AS_BEFORE);
  assert.equal(here.run('cat /tmp/mine; stat -c " %U %a" /tmp/mine'), 'mine rancher 644\n');
});

test('links that root has put are followed, by files, mounts and homes', { skip }, async () => {
  const config = `${ELSEWHERE('/srv/link/file', 'root')}\nmounts: [[none, /srv/link/mounted, tmpfs, ""]]`;
  const here = await consoleWith(config, 'mkdir -p /srv/real; ln -s real /srv/link');
  assert.match(here.run(FINISH), /finish 0/);
  assert.equal(here.run('cat /srv/real/file; grep -c " /srv/real/mounted tmpfs" /proc/self/mounts'), 'mine1\n');
});

test('a command that ends the console’s own run, as one that restarts it does, is not run again, and those behind it are not lost', { skip }, async () => {
  const here = await consoleWith('runcmd: ["echo one >>/run/ran", "echo cut >>/run/ran; pkill -9 -f [c]onsole-finish", "echo two >>/run/ran", "echo two >>/run/ran"]', 'true');
  // In a file: the command ends every process whose command line has that word.
  here.run("echo 'rm -rf /run/ros/claims; ros console-finish; echo finish $?' >/run/finish");
  assert.match(here.run('sh /run/finish 2>/dev/null'), /finish 137\n$/);
  assert.equal(here.run('cat /run/ran'), 'one\ncut\n');
  here.run('ros console-finish; ros console-finish');
  assert.equal(here.run('cat /run/ran'), 'one\ncut\ntwo\ntwo\n');
});
