import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dockerConfig } from '../../overlays/ros/commands/docker-config.ts';
import type { Command, Result, System } from '../../overlays/ros/runtime/system.ts';
import { makeAuthority, makeClient, makeServer } from '../../overlays/ros/tls/certificates.ts';
import { hostProgram } from '../../pipeline/emulator/program.ts';
import { removeTemporaryFolder, temporaryFolder } from '../../pipeline/exec/temporary-folder.ts';
import { projectFolder } from '../rig/project.ts';
import { toolRoot } from '../rig/tools.ts';
import { machine } from '../unit/ros/machine.ts';

let openssl: readonly [string, ...string[]];
let dockerd: readonly [string, ...string[]];
let folder: string;
before(async () => {
  openssl = hostProgram(await toolRoot('base'), 'openssl').argv;
  // The engine lies above the base: its programs with both libraries.
  const [loader, option = '', libraries = ''] = openssl;
  const engine = await toolRoot('engine');
  dockerd = [loader, option, `${libraries}:${engine}/usr/lib/x86_64-linux-gnu`, `${engine}/usr/sbin/dockerd`];
  folder = await temporaryFolder('docker-options');
});
after(() => removeTemporaryFolder(folder));

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
  'storage_driver: overlay2, exec_root: /run/x, host: ["tcp://127.0.0.1:2375"], live_restore: true, mtu: 1400',
];
for (const options of OPTIONS) {
  test(`dockerd takes what rancher.docker makes of “${options}”`, () => {
    const shipped = readFileSync(join(projectFolder, 'overlays/system/etc/docker/daemon.json'), 'utf8');
    const files = { '/etc/docker/daemon.json': shipped, '/dev/kmsg': '', '/var/lib/rancher/conf/cloud-config.yml': `rancher: {docker: {${options}}}` };
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

test('dockerd refuses what it does not know, so these tests can fail', () => {
  const [program, ...first] = dockerd;
  const file = join(folder, 'wrong.json');
  writeFileSync(file, '{"nonsense": true}');
  assert.notEqual(spawnSync(program, [...first, '--validate', '--config-file', file]).status, 0);
});
