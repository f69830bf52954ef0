import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dockerConfig } from '../../../../overlays/ros/commands/docker-config.ts';
import { readCloudConfig } from '../../../../overlays/ros/config/read.ts';
import { readArguments, withArguments } from '../../../../overlays/ros/docker/arguments.ts';
import { clientConfig, writeRegistryAuths } from '../../../../overlays/ros/docker/registry-auths.ts';
import { systemOptions } from '../../../../overlays/ros/docker/system-options.ts';
import { projectFolder } from '../../../rig/project.ts';
import { type Machine, machine } from '../machine.ts';

const SHIPPED = readFileSync(join(projectFolder, 'overlays/system/usr/share/ros/docker/daemon.json'), 'utf8');

/** What `ros docker-config` writes where rancher.docker says this. */
function written(
  docker: string,
  rancher = '',
  args: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): { readonly system: Machine; readonly json: Record<string, unknown>; readonly start: string } {
  const system = machine(
    {
      '/usr/share/ros/docker/daemon.json': SHIPPED,
      '/dev/kmsg': '',
      '/var/lib/rancher/conf/cloud-config.yml': `rancher: {docker: {${docker}}${rancher}}`,
      ...more,
    },
    { answer: ({ argv }) => (argv[0] === 'ip' ? { status: 0, stdout: '[]' } : undefined) },
  );
  assert.equal(dockerConfig(system, args), 0);
  const read = (name: string) => system.readText(`/run/ros/docker/${name}`) ?? '';
  return { system, json: JSON.parse(read('daemon.json')) as Record<string, unknown>, start: read('start') };
}

test('without options dockerd gets what the release says, and a bridge', () => {
  const { json, start } = written('');
  assert.deepEqual(json, { ...(JSON.parse(SHIPPED) as object), bip: '172.17.0.1/16' });
  assert.equal(start, 'set -- \n');
});

const KEYS: readonly (readonly [string, string, unknown])[] = [
  ['bip: 172.30.0.1/16', 'bip', '172.30.0.1/16'],
  ['bridge: br0', 'bridge', 'br0'],
  ['debug: true', 'debug', true],
  ['graph: /data', 'data-root', '/data'],
  ['registry_mirror: "https://m"', 'registry-mirrors', ['https://m']],
  ['insecure_registry: [a, b]', 'insecure-registries', ['a', 'b']],
  ['host: ["unix:///var/run/docker.sock", "tcp://127.0.0.1:2375"]', 'hosts', ['unix:///run/docker.sock', 'tcp://127.0.0.1:2375']],
  ['default_address_pools: ["base=10.9.0.0/16,size=24", nonsense]', 'default-address-pools', [{ base: '10.9.0.0/16', size: 24 }]],
  ['userns_enabled: true', 'userns-remap', 'default'],
  ['userland_proxy: true', 'userland-proxy', false],
  ['log_driver: journald', 'log-opts', undefined],
  ['live_restore: true', 'live-restore', true],
  ['mtu: 1400', 'mtu', 1400],
];
for (const [option, key, expected] of KEYS) {
  test(`rancher.docker: ${option} makes ${key} of dockerd's file`, () => assert.deepEqual(written(option).json[key], expected));
}

test('an argument and a key of the file about the same are one: the argument wins, and lists are joined', () => {
  const { json, start } = written('extra_args: [--log-opt, max-size=1m, -H, "tcp://127.0.0.1:2375", --debug, --storage-driver=vfs]');
  for (const key of ['log-opts', 'hosts', 'debug', 'storage-driver']) assert.equal(json[key], undefined, key);
  assert.equal(start.trim(), "set -- '--log-opt=max-size=1m' '--host=tcp://127.0.0.1:2375' '--debug' '--storage-driver=vfs' '--log-opt=max-file=2' '--host=unix:///run/docker.sock'");
});

test('one socket by two names is one, and users of containers get numbers', () => {
  const { start, system } = written('args: [-H, "unix:///var/run/docker.sock"], userns_enabled: true');
  assert.equal(start, "set -- '--host=unix:///run/docker.sock'\n");
  assert.equal(system.readText('/etc/subuid'), 'dockremap:231072:65536\n');
});

test('what dockerd refuses together is not left together', () => {
  assert.equal(written('extra_args: [--bridge=none]').json['bip'], undefined);
  assert.equal(written('extra_args: [--log-driver=journald]').json['log-opts'], undefined);
});

test('arguments of long ago are understood', () => {
  const words = readArguments(['daemon', '-s', 'overlay2', '-G', 'docker', '--graph=/x', '-H=a', '-D', '-l', 'info']);
  assert.deepEqual(withArguments({}, words).words, ['--storage-driver=overlay2', '--group=docker', '--data-root=/x', '--host=a', '--debug', '--log-level=info']);
});

test('environment of dockerd: the proxy, and what rancher.docker.environment says over it, quoted', () => {
  const { start } = written(`environment: {A: "it's", HTTP_PROXY: mine, "1x": no}`, ', network: {http_proxy: "http://p"}');
  assert.match(start, /^export http_proxy='http:\/\/p'$/m);
  assert.match(start, /^export HTTP_PROXY='mine'$/m);
  assert.match(start, /^export A='it'\\''s'$/m);
  assert.doesNotMatch(start, /1x/);
});

test('with certificates dockerd listens on port 2376 for those who have one', () => {
  const { system, json } = written('tls: true, ca_cert: CA, server_cert: CERT, server_key: KEY, tls_args: [--tlsverify, --tlscacert=/old, "-H=0.0.0.0:2376"]');
  assert.equal(json['tlsverify'], true);
  assert.equal(system.readText(String(json['tlskey'])), 'KEY\n');
  assert.equal(system.readText(String(json['tlscacert'])), 'CA\n');
  assert.equal(json['hosts'], undefined);
  assert.match(system.readText('/run/ros/docker/start') ?? '', /^set -- '--host=0\.0\.0\.0:2376' '--host=unix:\/\/\/run\/docker\.sock'$/m);
});

test('without a certificate nobody gets in over the network, and the log says what to do', () => {
  const { system, json } = written('tls: true');
  assert.deepEqual(json['hosts'], ['unix:///run/docker.sock']);
  assert.match(system.readText('/dev/kmsg') ?? '', /ros tls generate --server/);
});

test('after three deaths only what says where data is and who may use Docker is left, and that is said', () => {
  const { system, json, start } = written('graph: /data/docker, userns_enabled: true, debug: true, extra_args: [--nonsense, --authorization-plugin=guard, --tlsverify]', '', ['--fewest']);
  assert.equal(json['debug'], undefined);
  assert.equal(json['data-root'], '/data/docker');
  assert.equal(json['userns-remap'], 'default');
  assert.equal(start, "set -- '--authorization-plugin=guard' '--tlsverify'\n");
  assert.match(system.readText('/dev/kmsg') ?? '', /Docker died three times.*where its data is and who may use it/);
});

test('the user has a file of options on the console: over the release, below rancher.docker, and one that is no JSON costs itself only', () => {
  const users = (text: string) => written('debug: false', '', [], { '/etc/docker/daemon.json': text });
  const { json } = users('{"debug": true, "mtu": 1400, "bip": "10.9.0.1/24", "hosts": ["tcp://127.0.0.1:2375"], "log-opts": {"max-size": "1m"}}');
  assert.equal(json['debug'], false);
  assert.equal(json['mtu'], 1400);
  assert.equal(json['bip'], '10.9.0.1/24');
  assert.deepEqual(json['hosts'], ['unix:///run/docker.sock', 'tcp://127.0.0.1:2375']);
  assert.equal(json['storage-driver'], 'overlay2');
  const wrong = users('{"debug": true,}');
  assert.equal(wrong.json['storage-driver'], 'overlay2');
  assert.match(wrong.system.readText('/dev/kmsg') ?? '', /\/etc\/docker\/daemon\.json is no JSON \(.*\), so Docker starts without what it says/);
});

test('a Docker that lacks one of its options is never open to the network without certificates', () => {
  const open = (docker: string, args: readonly string[] = [], more: Readonly<Record<string, string>> = {}) => {
    const { json, start } = written(docker, '', args, more);
    return [...((json['hosts'] as string[] | undefined) ?? []), start].some((each) => each.includes('tcp://'));
  };
  const host = 'host: ["tcp://0.0.0.0:2376"]';
  // As somebody wanted it.
  assert.equal(open(host), true);
  assert.equal(open(`${host}, args: [--tlsverify, --tlscacert=/a, --tlscert=/b, --tlskey=/c]`), true);
  // A slip of the pen in the option that was to keep others out.
  assert.equal(open(`${host}, args: [--tls-verify, --tlscacert=/a, --tlscert=/b, --tlskey=/c]`), false);
  assert.equal(open(`${host}, args: ["--tlsverify=yes"]`), false);
  assert.equal(open('args: [-H, "tcp://0.0.0.0:2375", --authz-plugin=x]'), false);
  assert.equal(open(`${host}, tls: true`), false, 'without a certificate there is nothing to ask for');
  assert.equal(open(host, [], { '/etc/docker/daemon.json': '{"tlsverify": true,}' }), false);
  assert.equal(open(host, ['--fewest']), false);
  // What is closed stays as it is.
  assert.equal(open(`${host}, args: [--nonsense, --tlsverify]`), true);
  const { system } = written(`${host}, args: [--nonsense]`);
  assert.match(system.readText('/dev/kmsg') ?? '', /Docker does not listen over the network: one of its options was left out/);
});

test("docker-machine's arguments are obeyed: its certificates, its port, and overlay as overlay2", () => {
  const text = `DOCKER_OPTS='\n-H tcp://0.0.0.0:2376\n-H unix:///var/run/docker.sock\n--storage-driver overlay\n--tlsverify\n--tlscacert /c/ca.pem\n--label provider=generic\n\n'\n`;
  const { json, start } = written('', '', [], { '/var/lib/rancher/conf/docker': text });
  assert.equal(json['storage-driver'], undefined);
  assert.match(start, /'--host=tcp:\/\/0\.0\.0\.0:2376' '--host=unix:\/\/\/run\/docker\.sock' '--storage-driver=overlay2' '--tlsverify' '--tlscacert=\/c\/ca\.pem' '--label=provider=generic'/);
  const broken = written('debug: true', '', [], { '/var/lib/rancher/conf/docker': "DOCKER_OPTS='" });
  assert.equal(broken.json['debug'], true);
  assert.match(broken.system.readText('/dev/kmsg') ?? '', /conf\/docker is not obeyed/);
});

test('Docker waits for the console only where the console has something to mount or to write', () => {
  const waits = (more: Readonly<Record<string, string>>) => written('', '', [], more).system.readText('/run/ros/docker/waits');
  const folder = '/var/lib/rancher/conf/cloud-config.d';
  assert.equal(waits({}), undefined);
  assert.equal(waits({ [`${folder}/a.yml`]: 'runcmd: [ls]\nwrite_files: [{path: /x, content: y, container: ntp}]' }), undefined);
  assert.equal(waits({ [`${folder}/a.yml`]: 'write_files: [{path: /x, content: y}]' }), '');
  assert.equal(waits({ [`${folder}/a.yml`]: 'mounts: [[/dev/vdb, /mnt/a, ext4, ""]]' }), '');
});

test('while it moves to another console, containers outlive dockerd, and afterwards all is as the user wants it', () => {
  const liveRestore = (docker: string, name: string) => (JSON.parse(written(docker).system.readText(`/run/ros/docker/${name}.json`) ?? '') as Record<string, unknown>)['live-restore'];
  assert.equal(liveRestore('', 'following'), true);
  // dockerd goes on with what it has where a file that it reads anew does not say it.
  assert.equal(liveRestore('', 'settled'), false);
  assert.equal(liveRestore('live_restore: true', 'settled'), true);
  // dockerd refuses a key beside an argument about the same.
  assert.equal(liveRestore('extra_args: [--live-restore=false]', 'following'), undefined);
  assert.equal(liveRestore('extra_args: [--live-restore=false]', 'settled'), undefined);
});

test('accounts of registries become those of the client, and what stood there stays', () => {
  const { config } = readCloudConfig('rancher: {registry_auths: {r: {username: ü, password: "p:q"}, s: {auth: eA==}}}', 'c');
  const { auths, other } = JSON.parse(clientConfig(config, '{"other": 1, "auths": {"t": {"auth": "z"}}}') ?? '') as { auths: object; other: number };
  assert.deepEqual(auths, { t: { auth: 'z' }, r: { auth: Buffer.from('ü:p:q').toString('base64') }, s: { auth: 'eA==' } });
  assert.equal(other, 1);
  const system = machine({ '/root/x': '' }, { answer: ({ argv }) => (argv[0] === 'chown' ? { status: 0, stdout: '' } : undefined) });
  writeRegistryAuths(system, config);
  assert.match(system.readText('/root/.docker/config.json') ?? '', /eA==/);
  assert.equal(system.readText('/home/rancher/.docker/config.json'), undefined);
});

test('System Docker takes only options that cannot stop it, and the rest is told', () => {
  const { config } = readCloudConfig(
    'rancher: {system_docker: {debug: true, graph: /x, log_opts: {max-size: 5m, max-file: none}, insecure_registry: ["r:5000", "http://bad"], registry_mirror: "https://m", extra_args: [--x]}}',
    'c',
  );
  const { json, warnings } = systemOptions({ 'data-root': '/d', 'log-opts': { 'max-file': '2' } }, config.rancher?.system_docker ?? {});
  assert.deepEqual(json, {
    'data-root': '/d',
    debug: true,
    'log-opts': { 'max-file': '2', 'max-size': '5m' },
    'insecure-registries': ['r:5000'],
    'registry-mirrors': ['https://m'],
  });
  assert.deepEqual(
    warnings.map((warning) => /system_docker\.(\S+) is/.exec(warning)?.[1]),
    ['graph', 'log_opts.max-file', 'insecure_registry', 'extra_args'],
  );
});
