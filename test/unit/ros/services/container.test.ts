import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCompose } from '../../../../overlays/ros/config/read.ts';
import { Failure } from '../../../../overlays/ros/runtime/system.ts';
import type { Service, Services } from '../../../../overlays/ros/services/config.ts';
import { containerSpec, SPEC_LABEL, words } from '../../../../overlays/ros/services/container.ts';
import { textsOf } from '../../../../overlays/ros/services/pairs.ts';

/** The container of a service `a`, written as the mapping below its name. */
function spec(yaml: string, others: Services = new Map(), environment: Readonly<Record<string, string>> = {}, files: Readonly<Record<string, string>> = {}) {
  const { config, problems } = readCompose(`a: {image: x, ${yaml}}`, 'a.yml');
  assert.deepEqual(problems, []);
  const { labels, ...rest } = config.rancher?.services?.['a'] ?? {};
  const service = { ...rest, labels: textsOf(labels) } as Service;
  return containerSpec(new Map([...others, ['a', service]]), 'a', service, { environment, readText: (path) => files[path] });
}

const USER = 'labels: {io.rancher.os.scope: user}';

/** Key as written, then what it becomes at a path of Docker's request. */
const KEYS: readonly (readonly [string, string, unknown])[] = [
  ['command: echo "a b" c\\ d', 'Cmd', ['echo', 'a b', 'c d']],
  ['command: [a, b c]', 'Cmd', ['a', 'b c']],
  ['entrypoint: /bin/sh -c', 'Entrypoint', ['/bin/sh', '-c']],
  ['environment: {A: "1"}', 'Env', ['A=1']],
  ['environment: [A=1, "B=x=y"]', 'Env', ['A=1', 'B=x=y']],
  [
    `ports: ["80", "8080:80", "127.0.0.1:53:53/udp", "[::1]:9:9"], ${USER}`,
    'HostConfig.PortBindings',
    {
      '80/tcp': [
        { HostIp: '', HostPort: '' },
        { HostIp: '', HostPort: '8080' },
      ],
      '53/udp': [{ HostIp: '127.0.0.1', HostPort: '53' }],
      '9/tcp': [{ HostIp: '::1', HostPort: '9' }],
    },
  ],
  [`ports: ["8000-8001:9000-9001"], ${USER}`, 'ExposedPorts', { '9000/tcp': {}, '9001/tcp': {} }],
  [`expose: ["7", "8/udp"], ${USER}`, 'ExposedPorts', { '7/tcp': {}, '8/udp': {} }],
  [`links: [db, "web:www"], external_links: [e], ${USER}`, 'HostConfig.Links', ['db:db', 'web:www', 'e:e']],
  ['cap_add: [NET_ADMIN], cap_drop: [ALL]', 'HostConfig.CapAdd', ['NET_ADMIN']],
  ['cap_drop: [ALL]', 'HostConfig.CapDrop', ['ALL']],
  ['security_opt: ["seccomp=unconfined"]', 'HostConfig.SecurityOpt', ['seccomp=unconfined']],
  [
    'devices: ["/dev/a:/dev/b:r", /dev/c, "/dev/d:rw"]',
    'HostConfig.Devices',
    [
      { PathOnHost: '/dev/a', PathInContainer: '/dev/b', CgroupPermissions: 'r' },
      { PathOnHost: '/dev/c', PathInContainer: '/dev/c', CgroupPermissions: 'rwm' },
      { PathOnHost: '/dev/d', PathInContainer: '/dev/d', CgroupPermissions: 'rw' },
    ],
  ],
  [
    'ulimits: {nofile: {soft: 1, hard: 2}, nproc: 3}',
    'HostConfig.Ulimits',
    [
      { Name: 'nofile', Soft: 1, Hard: 2 },
      { Name: 'nproc', Soft: 3, Hard: 3 },
    ],
  ],
  ['tmpfs: ["/t", "/u:size=1m"]', 'HostConfig.Tmpfs', { '/t': '', '/u': 'size=1m' }],
  ['mem_limit: 512m', 'HostConfig.Memory', 512 * 1024 ** 2],
  ['mem_limit: 1.5g', 'HostConfig.Memory', 1.5 * 1024 ** 3],
  ['memswap_limit: -1', 'HostConfig.MemorySwap', -1],
  ['mem_reservation: 4096', 'HostConfig.MemoryReservation', 4096],
  ['shm_size: 64mb', 'HostConfig.ShmSize', 64 * 1024 ** 2],
  ['cpu_shares: 7', 'HostConfig.CpuShares', 7],
  ['cpuset: "0-1"', 'HostConfig.CpusetCpus', '0-1'],
  ['pids_limit: 9', 'HostConfig.PidsLimit', 9],
  ['oom_score_adj: -5', 'HostConfig.OomScoreAdj', -5],
  ['sysctls: {net.core.somaxconn: "9"}', 'HostConfig.Sysctls', { 'net.core.somaxconn': '9' }],
  ['dns: 1.1.1.1', 'HostConfig.Dns', ['1.1.1.1']],
  ['dns_search: [a, b]', 'HostConfig.DnsSearch', ['a', 'b']],
  ['extra_hosts: ["h:1.2.3.4"]', 'HostConfig.ExtraHosts', ['h:1.2.3.4']],
  ['log_driver: syslog, log_opt: {tag: t}', 'HostConfig.LogConfig', { Type: 'syslog', Config: { tag: 't' } }],
  ['user: "1:2", working_dir: /w', 'User', '1:2'],
  ['working_dir: /w', 'WorkingDir', '/w'],
  ['hostname: h', 'Hostname', 'h'],
  ['tty: true, stdin_open: true', 'Tty', true],
  ['stop_signal: SIGINT', 'StopSignal', 'SIGINT'],
  ['stop_grace_period: 1m30s', 'StopTimeout', 90],
  ['read_only: true', 'HostConfig.ReadonlyRootfs', true],
  ['privileged: true', 'HostConfig.Privileged', true],
  ['pid: host', 'HostConfig.PidMode', 'host'],
  [`mac_address: "02:00:00:00:00:01", ${USER}`, 'NetworkingConfig', { EndpointsConfig: { default: { MacAddress: '02:00:00:00:00:01' } } }],
  ['restart: "on-failure:3"', 'HostConfig.RestartPolicy', { Name: 'on-failure', MaximumRetryCount: 3 }],
  ['tty: false', 'HostConfig.RestartPolicy', { Name: 'always' }],
  ['labels: {io.rancher.os.detach: "false"}', 'HostConfig.RestartPolicy', { Name: 'no' }],
  ['labels: {cron.schedule: "@hourly"}', 'HostConfig.RestartPolicy', { Name: 'no' }],
  ['tty: false', 'HostConfig.NetworkMode', 'host'],
  ['net: bridge', 'HostConfig.NetworkMode', 'host'],
  ['net: none', 'HostConfig.NetworkMode', 'none'],
  [USER, 'HostConfig.NetworkMode', 'default'],
  [`volumes_from: [foreign], ${USER}`, 'HostConfig.VolumesFrom', ['foreign']],
  ['volumes: [/anonymous, "/a:/b"]', 'Volumes', { '/anonymous': {} }],
];
for (const [yaml, path, expected] of KEYS) {
  test(`${yaml} becomes ${path}`, () => {
    const value = path.split('.').reduce<unknown>((tree, key) => (tree as Record<string, unknown>)[key], spec(yaml));
    assert.deepEqual(value, expected);
  });
}

const WRONG: readonly (readonly [string, RegExp])[] = [
  [`ports: ["a:b"], ${USER}`, /service a: ports: “a:b”/],
  [`ports: ["1-2:1-3"], ${USER}`, /ranges of different lengths/],
  ['mem_limit: much', /mem_limit is a number of bytes/],
  ['stop_grace_period: soon', /stop_grace_period is a time/],
  ['devices: [x]', /devices: “x”/],
  ['ulimits: {nofile: {soft: 1}}', /nofile is a number, or has soft and hard/],
  ['volumes_from: [ghost]', /a takes volumes from ghost, which does not exist/],
  ['env_file: /nowhere', /its env_file \/nowhere does not exist/],
];
for (const [yaml, message] of WRONG) {
  test(`${yaml} is refused with the name of the service`, () => {
    assert.throws(
      () => spec(yaml),
      (error) => error instanceof Failure && error.message.startsWith('service a: ') && message.test(error.message),
    );
  });
}

test('a name without a value takes that of rancher.environment, the one for this service first, and all with a star', () => {
  const environment = { A: '1', 'a/B': 'mine', B: 'all', ETCD_X: 'x', ETCD_Y: 'y' };
  assert.deepEqual(spec('environment: [A, B, "ETCD_*", NONE, C=3]', new Map(), environment).Env, ['A=1', 'B=mine', 'ETCD_X=x', 'ETCD_Y=y', 'C=3']);
});

test('files with variables are read, and its own variables win', () => {
  assert.deepEqual(spec('env_file: /e, environment: {A: "2"}', new Map(), {}, { '/e': '# c\nA=1\n\nB=b\n' }).Env, ['A=2', 'B=b']);
});

test('volumes taken over read-only are read-only', () => {
  const others: Services = new Map([['data', { image: 'x', volumes: ['/a:/b:rw'] }]]);
  assert.deepEqual(spec('volumes_from: ["data:ro"]', others).HostConfig.Binds, ['/a:/b:ro']);
});

test('the label of the definition is the same for the same definition only', () => {
  const one = spec('command: a').Labels[SPEC_LABEL];
  assert.match(one ?? '', /^[0-9a-f]{16}$/);
  assert.equal(spec('command: a').Labels[SPEC_LABEL], one);
  assert.notEqual(spec('command: b').Labels[SPEC_LABEL], one);
  assert.notEqual(spec('command: a, labels: {x: y}').Labels[SPEC_LABEL], one);
});

test('words are split as a shell splits them', () => {
  assert.deepEqual(words(`sh -c 'a "b"' "c \\"d\\"" e"f g"h  `), ['sh', '-c', 'a "b"', 'c "d"', 'ef gh']);
});

test("the system's services share a shim, the user's Docker and the user's services do not", () => {
  const annotations = (name: string, scope: string) => {
    const service: Service = { image: 'x', labels: { 'io.rancher.os.scope': scope } };
    return containerSpec(new Map([[name, service]]), name, service).HostConfig['Annotations'];
  };
  assert.deepEqual(annotations('cron', 'system'), { 'io.containerd.runc.v2.group': 'system-services' });
  assert.equal(annotations('docker', 'system'), undefined);
  assert.equal(annotations('cron', 'user'), undefined);
});
