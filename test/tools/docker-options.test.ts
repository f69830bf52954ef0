import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dockerConfig } from '../../overlays/ros/commands/docker-config.ts';
import { readArguments } from '../../overlays/ros/docker/arguments.ts';
import { DOCKER_MAJOR, FLAGS, LOG_DRIVERS, NUMBERS, STORAGE_DRIVERS, TEXTS } from '../../overlays/ros/docker/dockerd-options.ts';
import { accepted } from '../../overlays/ros/docker/refused-options.ts';
import type { Command, Result, System } from '../../overlays/ros/runtime/system.ts';
import { makeAuthority, makeClient, makeServer } from '../../overlays/ros/tls/certificates.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../../pipeline/host/temporary-directory.ts';
import { toolProgram } from '../../pipeline/host/tool-program.ts';
import { projectFolder } from '../rig/project.ts';
import { toolRoot } from '../rig/tools.ts';
import { machine } from '../unit/ros/machine.ts';

let openssl: readonly [string, ...string[]];
let dockerd: readonly [string, ...string[]];
let folder: string;
before(async () => {
  const base = await toolRoot('base');
  openssl = toolProgram(base, 'openssl');
  dockerd = toolProgram(await toolRoot('engine'), 'dockerd', { below: base });
  folder = await temporaryDirectory('docker-options');
});
after(() => removeTemporaryDirectory(folder));

/** This host, but for openssl, which is that of the system. */
function withOpenssl(): System {
  const run = ({ argv: [program = '', ...words], stdin = '' }: Command): Result => {
    const [file, ...first] = program === 'openssl' ? openssl : [program];
    const { status, stdout, stderr } = spawnSync(file ?? program, [...first, ...words], { input: stdin, encoding: 'utf8' });
    return { status: status ?? 127, stdout: `${stdout}${stderr}` };
  };
  return { ...machine(), runAll: (commands) => commands.map(run), readText: (path) => readFileSync(path, 'utf8') };
}

test('certificates by the openssl of the system: signed by the authority, for the names and addresses, each for its end', () => {
  const system = withOpenssl();
  const authority = makeAuthority(system);
  const ca = new X509Certificate(authority.cert);
  const server = new X509Certificate(makeServer(system, authority, ['node.example', '10.1.2.3', 'fd00::1']).cert);
  const client = new X509Certificate(makeClient(system, authority).cert);
  assert.ok(ca.ca && !server.ca && !client.ca);
  for (const each of [server, client]) assert.ok(each.checkIssued(ca) && each.verify(ca.publicKey));
  assert.equal(server.checkHost('node.example'), 'node.example');
  assert.equal(server.checkIP('10.1.2.3'), '10.1.2.3');
  assert.equal(server.checkIP('fd00::1'), 'fd00::1');
  assert.equal(server.checkHost('other.example'), undefined);
  assert.deepEqual([server.keyUsage, client.keyUsage], [['1.3.6.1.5.5.7.3.1'], ['1.3.6.1.5.5.7.3.2']]);
});

const OPTIONS: readonly string[] = [
  '',
  'bip: 10.1.0.1/16',
  'bridge: none, bip: 10.0.0.1/8',
  'registry_mirror: "https://m", insecure_registry: [a, 10.0.0.0/8]',
  'default_address_pools: ["base=10.9.0.0/16,size=24"]',
  'log_driver: journald',
  'debug: true, extra_args: [-D, --log-opt, max-size=1m]',
  'extra_args: [--bridge=none, --iptables=false, --log-driver=syslog]',
  'args: [daemon, --log-opt, max-size=25m, -s, overlay2, -G, docker, -H, "unix:///var/run/docker.sock", --userland-proxy=false]',
  'storage_driver: overlay, host: ["npipe://x"], registry_mirror: ["mirror.example"], log_driver: logentries',
  'args: [-d, --graph, /x, --cluster-store=consul://x, --oom-score-adjust=-500, --disable-legacy-registry=false, --storage-opt, dm.basesize=20G, --log-level, verbose]',
  'extra_args: [--mtu, big, --dns, x, --label, a, --live-restore=maybe, --api-enable-cors, --default-ulimit, nofile, --add-runtime, x, --mtu=1400]',
  'storage_driver: overlay2, exec_root: /run/x, host: ["tcp://127.0.0.1:2375"], live_restore: true, mtu: 1400',
];
for (const options of OPTIONS) {
  test(`dockerd takes what rancher.docker makes of “${options}”`, () => {
    const shipped = readFileSync(join(projectFolder, 'overlays/system/usr/share/ros/docker/daemon.json'), 'utf8');
    const files = { '/usr/share/ros/docker/daemon.json': shipped, '/dev/kmsg': '', '/var/lib/rancher/conf/cloud-config.yml': `rancher: {docker: {${options}}}` };
    const system = machine(files, { answer: ({ argv }) => (argv[0] === 'ip' ? { status: 0, stdout: '[]' } : undefined) });
    assert.equal(dockerConfig(system, []), 0);
    const file = join(folder, 'daemon.json');
    writeFileSync(file, system.readText('/run/ros/docker/daemon.json') ?? '');

    const start = join(system.root, 'run/ros/docker/start');
    const words = spawnSync('sh', ['-c', '. "$0"; printf "%s\\n" "$@"', start], { encoding: 'utf8' }).stdout;
    const [program, ...first] = dockerd;
    const given = words.split('\n').filter((word) => word !== '');
    const { status, stdout, stderr } = spawnSync(program, [...first, '--validate', '--config-file', file, ...given], { encoding: 'utf8' });
    assert.equal(status, 0, `${stdout}${stderr}`);
  });
}

test("the options that are said to be dockerd's are those of this dockerd, and it is of the version that sentences name", () => {
  const [program, ...first] = dockerd;
  const ask = (word: string) => spawnSync(program, [...first, word], { encoding: 'utf8' });
  assert.match(ask('--version').stdout, new RegExp(`^Docker version ${DOCKER_MAJOR}\\.`));
  const listed = [...ask('--help').stdout.matchAll(/^ +(?:-\w, )?--([a-z0-9-]+)/gm)].map(([, name = '']) => name);
  const ours = [...FLAGS, ...NUMBERS, ...TEXTS];
  assert.deepEqual(
    listed.filter((name) => !['help', 'validate', 'version'].includes(name) && !ours.includes(name)),
    [],
  );
  // What its help does not list it may take all the same.
  const hidden = ours.filter((name) => !listed.includes(name));
  for (const name of hidden) assert.doesNotMatch(spawnSync(program, [...first, '--validate', `--${name}=true`], { encoding: 'utf8' }).stderr, /unknown flag/, name);
});

test('storage drivers and log drivers that are said to be there are built into this dockerd, and those of old engines are not', () => {
  const binary = readFileSync(dockerd.at(-1) ?? '', 'latin1');
  for (const name of STORAGE_DRIVERS) assert.ok(binary.includes(`daemon/graphdriver/${name}`), name);
  for (const name of ['aufs', 'devmapper', 'overlay.']) assert.ok(!binary.includes(`daemon/graphdriver/${name}`), name);
  for (const name of LOG_DRIVERS.filter((each) => each !== 'none')) assert.ok(binary.includes(`daemon/logger/${name === 'json-file' ? 'jsonfilelog' : name}`), name);
  assert.ok(!binary.includes('daemon/logger/logentries'));
});

/** Each with an option that dockerd of the release refuses at once. */
const REFUSED = [
  '--graph2=/x',
  '--oom-score-adjust=-5',
  '-d',
  '--daemon',
  '--cluster-store=x',
  '--disable-legacy-registry',
  '--mtu=abc',
  '--live-restore=maybe',
  '--host=foo://x',
  '--registry-mirror=x',
  '--label=a',
  '--dns=x',
  '--ip=x',
  '--default-gateway=x',
  '--default-ulimit=nofile',
  '--add-runtime=x',
  '--log-level=foo',
  '--log-format=x',
  '--default-cgroupns-mode=x',
  '--default-ipc-mode=x',
  '--default-shm-size=x',
  '--default-address-pool=x',
  '--node-generic-resource=x',
];
for (const word of REFUSED) {
  test(`dockerd refuses “${word}”, so it is left out and told`, () => {
    const file = join(folder, 'refused.json');
    writeFileSync(file, '{"userland-proxy": false}');
    const [program, ...first] = dockerd;
    assert.notEqual(spawnSync(program, [...first, '--validate', '--config-file', file, word]).status, 0);
    const { options, refused } = accepted(readArguments([word, '--mtu=1400']));
    assert.deepEqual(options, [{ name: 'mtu', value: '1400' }]);
    assert.equal(refused.length, 1);
  });
}

test('dockerd refuses what it does not know, so these tests can fail', () => {
  const [program, ...first] = dockerd;
  const file = join(folder, 'wrong.json');
  writeFileSync(file, '{"nonsense": true}');
  assert.notEqual(spawnSync(program, [...first, '--validate', '--config-file', file]).status, 0);
});
