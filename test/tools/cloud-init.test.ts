import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { liveSystem } from '../../pipeline/recipes/system.ts';
import { type NetworkRoom, openRoom, serveDhcp, whyNoRoom } from '../rig/network-room.ts';
import { wired } from './disk-build.ts';

// The service cloud-init with the programs of the built system: bash, QuickJS, curl, dhcpcd, ip, flock. Docker is missing: a stand-in for its
// client notes what it is told, and runs in the room what would be run in the console.

const skip = whyNoRoom() ?? false;
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJm4CWWyk1rHc7SPX3YJMRZ4RzQ2bN1XG8cTqVfW7m2U me@here';

let root: string;
let room: NetworkRoom | undefined;
before(async () => {
  if (skip) return;
  root = await mkdtemp(join(tmpdir(), 'cloud-init-root-'));
  const wiring = await wired();
  try {
    for (const { name, tar } of liveSystem(wiring.context, 'amd64').layers) {
      if (name !== 'base' && name !== 'config') continue;
      const { digest } = await wiring.engine.build(tar);
      execFileSync('tar', ['-xpf', wiring.store.pathOf(digest), '-C', root, '--numeric-owner']);
    }
  } finally {
    await wiring.close();
  }
});
afterEach(() => {
  room?.close();
  room = undefined;
});
after(async () => {
  if (!skip) await rm(root, { recursive: true, force: true });
});

const DOCKER = `#!/bin/sh
echo "$*" >>/run/docker-calls
[ "$1 $2" = 'exec console' ] && shift 2 && exec "$@"
`;

async function roomAsking(datasources: string): Promise<NetworkRoom> {
  room = await openRoom(root);
  room.configure(`rancher: {cloud_init: {datasources: ${datasources}}}`);
  room.run(`cat >/usr/bin/system-docker <<'SH'\n${DOCKER}\nSH\nchmod 755 /usr/bin/system-docker`);
  return room;
}

const start = (here: NetworkRoom) => here.run('setsid /usr/lib/ros/services/cloud-init >/run/cloud-init.log 2>&1 </dev/null &');
const file = (path: string, text: string) => `mkdir -p "$(dirname ${path})"; cat >${path} <<'TEXT'\n${text}\nTEXT\n`;

const USER_DATA = `#cloud-config
write_files:
  - {path: /opt/late, content: "written for $private_ipv4"}
runcmd:
  - echo ran >>/run/late-ran
  - [sh, -c, "cp /opt/late /run/late-copy"]`;

/** A metadata service in the network outside, with busybox's own server. */
function serveMetadata(here: NetworkRoom): void {
  const place = '/run/www/1.0/meta-data';
  here.run(
    [
      file(`${place}/instance-id`, 'i-1'),
      file(`${place}/local-hostname`, 'from-late'),
      file(`${place}/local-ipv4`, '10.9.0.77'),
      file(`${place}/public-keys/index.html`, KEY),
      file('/run/www/1.0/user-data', USER_DATA),
    ].join(''),
  );
  here.outside('ip address add 169.254.169.254/32 dev switch; setsid busybox httpd -f -p 80 -h /run/www >/dev/null 2>&1 </dev/null &');
}

/** What is late, before the first round and after it. */
const LATE: readonly { readonly what: string; readonly before: (here: NetworkRoom) => void; readonly after: (here: NetworkRoom) => void; readonly says: RegExp }[] = [
  { what: 'a card', before: serveMetadata, after: (here) => here.plug('eth0'), says: /there is no address yet/ },
  {
    what: 'the link of a card',
    before: (here) => {
      serveMetadata(here);
      here.plug('eth0');
      here.outside('ip link set p-eth0 down');
    },
    after: (here) => void here.outside('ip link set p-eth0 up'),
    says: /there is no address yet/,
  },
  { what: 'the metadata service', before: (here) => here.plug('eth0'), after: serveMetadata, says: /169\.254\.169\.254 (?:cannot be reached|does not answer)/ },
];
for (const { what, before: prepare, after: come, says } of LATE) {
  test(`where ${what} is late, the mark is there before, and what the datasource gives is applied when it comes, once`, { skip }, async () => {
    const here = await roomAsking('[exoscale]');
    serveDhcp(here);
    prepare(here);
    here.startService();
    start(here);
    here.until('ls /run/ros/cloud-init-done', /^\/run\/ros\/cloud-init-done$/m, 60);
    const told = here.run('cat /dev/kmsg');
    assert.match(told, /No datasource gave a configuration \(exoscale: .*\)\. The machine starts without, and goes on asking in the background: exoscale/);
    assert.match(told, says);
    assert.match(here.run('ros cloud-init status'), /^Still being asked, .*: exoscale\.$/m);
    assert.doesNotMatch(here.run('hostname'), /from-late/);
    come(here);
    here.until('hostname', /^from-late$/m, 90);
    here.until('cat /run/late-copy', /^written for 10\.9\.0\.77$/m);
    // The service ends when all of it has been applied.
    here.until("pgrep -f '[s]ervices/cloud-init' || echo ended", /^ended$/m);
    assert.equal(here.run('cat /run/late-ran'), 'ran\n');
    assert.match(here.run('ros cloud-init status'), /^exoscale gave the configuration late, \d+ s after the machine was switched on/);
    assert.match(here.run('cat /run/docker-calls'), /^exec console ros console-init\nexec console ros console-finish\n/m);
    assert.match(here.run('cat /var/lib/rancher/conf/metadata'), /"private_ipv4": "10\.9\.0\.77"/);
    here.run('ros cloud-init; ros console-finish');
    assert.equal(here.run('cat /run/late-ran'), 'ran\n', 'nothing is run twice');
  });
}

test('a disk of the machine that does not answer, and a pipe as user-data: the others are asked, and the mark is there', { skip }, async () => {
  const here = await roomAsking('[configdrive, "nocloud:/seed", "file:/given"]');
  here.run(`printf '#!/bin/sh\\nexec sleep 1000\\n' >/usr/sbin/blkid; mkdir /seed; mkfifo /seed/user-data; ${file('/given', '#cloud-config\nhostname: given')}`);
  start(here);
  here.until('ls /run/ros/cloud-init-done', /^\/run\/ros\/cloud-init-done$/m, 90);
  assert.equal(here.run('hostname'), 'given\n');
  assert.match(here.run('ros cloud-init status'), /^file gave the configuration/);
});

test('on QuickJS, user-data of too many bytes is refused, and metadata of thousands of keys is read', { skip }, async () => {
  const here = await roomAsking('["nocloud:/seed"]');
  here.run(`mkdir /seed; { printf '#cloud-config\\nwrite_files: [{path: /x, content: "'; yes '€' | head -n 95000 | tr -d '\\n'; printf '"}]\\nruncmd: [touch /run/half]\\n'; } >/seed/user-data
{ for number in $(seq 8000); do echo "k$number: v"; done; echo 'local-hostname: many'; } >/seed/meta-data`);
  start(here);
  here.until('ls /run/ros/cloud-init-done', /^\/run\/ros\/cloud-init-done$/m, 60);
  assert.equal(here.run('hostname'), 'many\n', here.run('ros cloud-init status; cat /dev/kmsg /run/cloud-init.log; ls -la /seed'));
  assert.match(here.run('ros cloud-init status'), /user-data of \/seed has more than 262144 bytes, which are not read/);
  assert.equal(here.run('ls /var/lib/rancher/conf/user-data 2>/dev/null'), '');
});
