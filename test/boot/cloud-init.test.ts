import { gzipSync } from 'node:zlib';
import type { Check } from '../rig/boot-case.ts';
import { bootTest } from '../rig/machine.ts';
import type { MetadataService } from '../rig/metadata-service.ts';
import { KNOWN_KEY } from '../rig/ssh.ts';

const DOCKER_ANSWERS: Check = { sentence: 'docker answers', run: 'docker version -f "{{.Server.Version}}"', prints: /^\d+\./m, eventually: true, deadlineSeconds: 120 };
const STATUS = 'sudo ros cloud-init status';

/** What every user-data here asks for, and how it is seen. */
const USER_DATA = `#cloud-config
write_files:
  - path: /opt/given/file
    permissions: "0640"
    content: |
      written for this machine
runcmd:
  - echo "ran as $(id -un)" >/run/runcmd-ran
rancher:
  shutdown_timeout: 61
  sysctl:
    net.core.somaxconn: 1234
`;
const APPLIED: readonly Check[] = [
  {
    sentence: 'the file of write_files is there',
    run: 'sudo cat /opt/given/file; sudo stat -c %a /opt/given/file',
    prints: /^written for this machine\n640\n$/,
    eventually: true,
    deadlineSeconds: 120,
  },
  { sentence: 'runcmd has run', run: 'cat /run/runcmd-ran', prints: /^ran as root$/m, eventually: true },
  { sentence: 'the kernel setting is set', run: 'cat /proc/sys/net/core/somaxconn', prints: /^1234$/m },
  { sentence: 'what was saved is for root only', run: `sudo find /var/lib/rancher/conf -type f -perm /077 | grep -E 'user-data|boot|metadata|script' || echo none`, prints: /^none$/m },
];

const TOKEN = 'token-of-this-boot';
/** EC2 as it is today: nothing without a token. */
const EC2: MetadataService = {
  answers: ({ method, path, headers }) => {
    if (method === 'PUT' && path === '/latest/api/token') return headers['x-aws-ec2-metadata-token-ttl-seconds'] === undefined ? { status: 400 } : TOKEN;
    if (headers['x-aws-ec2-metadata-token'] !== TOKEN) return { status: 401 };
    const known: Readonly<Record<string, string | { readonly body: Uint8Array }>> = {
      '/latest/meta-data/instance-id': 'i-0123456789abcdef0',
      '/latest/meta-data/hostname': 'ip-10-1-2-3.internal',
      '/latest/meta-data/public-keys/': '0=boot-test',
      '/latest/meta-data/public-keys/0/openssh-key': KNOWN_KEY.line,
      '/latest/user-data': { body: gzipSync(USER_DATA) },
    };
    return known[path];
  },
};

bootTest({
  name: "EC2's metadata service configures the machine",
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  append: 'rancher.cloud_init.datasources=[gce,ec2,digitalocean] rancher.shutdown_timeout=62',
  metadata: EC2,
  checks: [
    { sentence: 'the machine has the name of the metadata', run: 'hostname', prints: /^ip-10-1-2-3\.internal$/m, eventually: true, deadlineSeconds: 120 },
    { sentence: 'a token was asked for', metadataAsked: /^PUT \/latest\/api\/token$/m },
    { sentence: 'the token was shown', metadataAsked: new RegExp(`^GET /latest/user-data\\n(?:.+\\n)*x-aws-ec2-metadata-token: ${TOKEN}$`, 'm') },
    {
      sentence: 'it is told which datasource it was',
      run: STATUS,
      prints: /^ec2 gave the configuration(?: late, \d+ s after the machine was switched on)? \([\d.]+ s; user-data: cloud-config\)\.\n {2}gce +failed: .*\n {2}ec2 +found\n/,
      eventually: true,
    },
    ...APPLIED,
    { sentence: 'the key of the metadata lets its owner in', ssh: 'id -un', prints: /^rancher$/m, eventually: true, deadlineSeconds: 90 },
    { sentence: 'another key lets nobody in', ssh: 'id -un', with: 'strange-key', isRefused: true },
    { sentence: 'the kernel command line beats the cloud-config', run: 'sudo ros config get rancher.shutdown_timeout', prints: /^62$/m },
    // In brackets, the first letter keeps sudo's record of this very command from being found.
    {
      sentence: 'nothing secret is in the logs',
      run: `sudo grep -rl -e '[${TOKEN[0]}]${TOKEN.slice(1)}' -e '[w]ritten for this' /var/log || sudo dmesg | grep -F ${TOKEN} || echo none`,
      prints: /^none$/m,
    },
    DOCKER_ANSWERS,
  ],
});

bootTest({
  name: 'a config drive configures the machine, and files of cloud-config.d count in their order',
  runs: 'release',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  configMedium: {
    label: 'config-2',
    files: {
      'openstack/latest/meta_data.json': JSON.stringify({ hostname: 'from-drive', public_keys: { mine: KNOWN_KEY.line } }),
      'openstack/latest/user_data': USER_DATA,
    },
  },
  checks: [
    { sentence: 'the machine has the name of the drive', run: 'hostname', prints: /^from-drive$/m, eventually: true, deadlineSeconds: 120 },
    { sentence: 'it is told which datasource it was', run: STATUS, prints: /^configdrive gave the configuration/, eventually: true },
    ...APPLIED,
    { sentence: 'the drive is not left mounted', run: 'grep -c config-2 /proc/mounts || true', prints: /^0$/m },
    {
      sentence: 'the last file of cloud-config.d by its name counts',
      run: `cd /; for value in 30 20 40; do printf 'rancher: {shutdown_timeout: %s}\\n' $value | sudo tee /var/lib/rancher/conf/cloud-config.d/user-$value.yml >/dev/null; done; sudo ros config get rancher.shutdown_timeout`,
      prints: /^40$/m,
    },
    { sentence: 'cloud-config.yml counts more', run: 'sudo ros config set rancher.shutdown_timeout 50 && sudo ros config get rancher.shutdown_timeout', prints: /^50$/m },
  ],
});

bootTest({
  name: 'a USB stick for NoCloud brings a script',
  runs: 'release',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  configMedium: {
    label: 'CIDATA',
    format: 'fat',
    bus: 'usb',
    files: {
      'meta-data': `instance-id: 1\nlocal-hostname: from-nocloud\npublic-keys:\n  - ${KNOWN_KEY.line}\n`,
      'user-data': '#!/bin/sh\necho "script as $(id -un)" >/run/script-ran\n',
      'network-config': 'version: 2\nethernets:\n  eth0:\n    addresses: [10.0.2.77/24]\n    routes: [{to: default, via: 10.0.2.2}]\n',
    },
  },
  checks: [
    { sentence: 'the machine has the name of the disk', run: 'hostname', prints: /^from-nocloud$/m, eventually: true, deadlineSeconds: 120 },
    { sentence: 'the script has run', run: 'cat /run/script-ran', prints: /^script as root$/m, eventually: true, deadlineSeconds: 120 },
    // It appears while dhcpcd serves everything, and is given its fixed address later.
    { sentence: 'the card has the address of the disk, and what DHCP leased before is gone', run: 'ip -4 -brief address show eth0', prints: /UP +10\.0\.2\.77\/24 *$/m, eventually: true },
    DOCKER_ANSWERS,
  ],
});

bootTest({
  name: 'a metadata service that says nothing costs seconds, and only those who wait for it',
  runs: 'release',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  append: 'rancher.cloud_init.datasources=[ec2,gce,digitalocean]',
  metadata: { answers: () => 'silence' },
  checks: [
    { sentence: 'it is told that nothing answered', shows: /No datasource gave a configuration \(ec2: .*(?:does|did) not answer.*; gce: .*; digitalocean: /, deadlineSeconds: 60 },
    { sentence: 'logins were there before the datasources were given up', run: 'sudo test /run/sshd.pid -ot /run/ros/cloud-init.json && echo before', prints: /^before$/m, eventually: true },
    {
      sentence: 'the datasources took ten seconds, and no more than a little over',
      run: `sudo sed -n 's/.*"seconds": \\([0-9]*\\).*/\\1/p' /run/ros/cloud-init.json | { read -r seconds; [ "$seconds" -le 15 ] && echo in time; }`,
      prints: /^in time$/m,
    },
    DOCKER_ANSWERS,
  ],
});

/** Eleven kinds of mistakes, each in its line, and something right between them. */
const MALFORMED = `#cloud-config
hostname: not a name
unknown_key: 1
ssh_authorized_keys: {a: mapping}
write_files:
  - path: /opt/right
    content: right
  - content: no path
rancher:
  shutdown_timeout: soon
  shutdwon_timeout: 5
  sysctl: [a, list]
  network:
    interfaces:
      eth9: {address: 300.1.2.3}
  debug: perhaps
runcmd:
  - touch /run/right
  - {a: mapping}
mounts: [[a, b]
`;

/** Refused as a whole, each with its sentence. */
const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  ['of several parts', `printf 'Content-Type: multipart/mixed; boundary=x\\n\\n--x\\n'`, /several parts \(MIME\)/],
  ['that is a web page', `printf '<!DOCTYPE html><title>Login</title>'`, /This user-data cannot be used/],
  ['that is no text', `printf '\\000\\377\\376'`, /is no text/],
  ['that is too large', `head -c 400000 /dev/zero | tr '\\0' '#'`, /more than 262144 bytes/],
];

bootTest({
  name: 'a malformed cloud-config: the machine starts, says what is wrong and where, and applies the rest',
  runs: 'release',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  configMedium: { label: 'config-2', files: { 'openstack/latest/meta_data.json': '{"broken', 'openstack/latest/user_data': MALFORMED } },
  checks: [
    { sentence: 'the file that was right is written', run: 'cat /opt/right', prints: /^right$/m, eventually: true, deadlineSeconds: 120 },
    { sentence: 'the command that was right has run', run: 'test -e /run/right', eventually: true },
    ...[2, 3, 4, 8, 10, 11, 12, 15, 16, 19, 20].map(
      (line): Check => ({
        sentence: `the mistake in line ${line} is told with its place`,
        run: 'sudo ros config validate --all || true',
        prints: new RegExp(`boot\\.yml:${line}:\\d+: (?:error|warning): `),
      }),
    ),
    { sentence: 'broken metadata is told too', run: 'sudo ros config validate --all || true', prints: /meta_data\.json is not JSON/ },
    { sentence: 'somebody at the console is told', shows: /The user-data of configdrive has \d+ problems/ },
    { sentence: 'and sees the first of them whole', shows: /boot\.yml:2:\d+: (?:error|warning): .{20}/ },
    ...REFUSED.map(
      ([kind, command, sentence]): Check => ({
        sentence: `user-data ${kind} is refused with a sentence`,
        run: `${command} | sudo tee /var/lib/rancher/given >/dev/null; sudo ros config set rancher.cloud_init.datasources '["file:/var/lib/rancher/given"]'; sudo ros cloud-init; ${STATUS}`,
        prints: sentence,
      }),
    ),
    DOCKER_ANSWERS,
  ],
});
