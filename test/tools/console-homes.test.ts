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
