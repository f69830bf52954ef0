import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCompose } from '../../../../overlays/ros/config/read.ts';
import { Failure } from '../../../../overlays/ros/runtime/system.ts';
import { isSystem, type Service, type Services } from '../../../../overlays/ros/services/config.ts';
import { containerSpec, SPEC_LABEL, words } from '../../../../overlays/ros/services/container.ts';
import { NOTHING_AROUND } from '../../../../overlays/ros/services/environment.ts';
import { textsOf } from '../../../../overlays/ros/services/key-value.ts';
import { planServices } from '../../../../overlays/ros/services/start-plan.ts';

/** The container of a service `a`, written as the mapping below its name. */
function spec(yaml: string, others: Services = new Map(), environment: Readonly<Record<string, string>> = {}, files: Readonly<Record<string, string>> = {}) {
  const { config, problems } = readCompose(`a: {image: x, ${yaml}}`, 'a.yml');
  assert.deepEqual(problems, []);
  const { labels, ...rest } = config.rancher?.services?.['a'] ?? {};
  const service = { ...rest, labels: textsOf(labels) } as Service;
  return containerSpec(new Map([...others, ['a', service]]), 'a', service, { environment, readText: (path) => files[path] });
}

const USER = 'labels: {io.rancher.os.scope: user}';
const SYSTEM = 'labels: {io.rancher.os.scope: system}';

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
  ['restart: always', 'HostConfig.RestartPolicy', { Name: 'always' }],
  ['tty: false', 'HostConfig.RestartPolicy', { Name: 'no' }],
  [SYSTEM, 'HostConfig.RestartPolicy', { Name: 'no' }],
  ['tty: false', 'StopTimeout', undefined],
  [SYSTEM, 'StopTimeout', undefined],
  ['tty: false', 'HostConfig.NetworkMode', 'default'],
  [SYSTEM, 'HostConfig.NetworkMode', 'host'],
  [`net: bridge, ${SYSTEM}`, 'HostConfig.NetworkMode', 'host'],
  [`net: none, ${SYSTEM}`, 'HostConfig.NetworkMode', 'none'],
  [`links: [db], external_links: [e], ${SYSTEM}`, 'HostConfig.Links', undefined],
  [`ports: ["8080:80"], ${SYSTEM}`, 'HostConfig.PortBindings', undefined],
  ['ports: ["8080:80"]', 'HostConfig.PortBindings', { '80/tcp': [{ HostIp: '', HostPort: '8080' }] }],
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
  [`volumes_from: [ghost], ${SYSTEM}`, /a takes volumes from ghost, which does not exist/],
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

/** Definitions that no reader checked, as a console's may be. */
const UNCHECKED: readonly object[] = [{ volumes: { '/a': '/b' } }, { volumes: [5] }, { net: 5 }, { restart: true }, { ports: [{}] }, { links: 5 }, { devices: {} }, { stop_grace_period: {} }];
for (const wrong of UNCHECKED) {
  test(`a definition with ${JSON.stringify(wrong)} that nobody checked costs that service alone`, () => {
    const bad = { image: 'x', labels: {}, ...wrong } as unknown as Service;
    const { specs, problems } = planServices(
      new Map([
        ['bad', bad],
        ['good', { image: 'y' }],
      ]),
      'user',
      NOTHING_AROUND,
    );
    assert.deepEqual([...specs.keys()], ['good']);
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', /^service bad: /);
  });
}

const REMARKS: readonly (readonly [string, RegExp | undefined])[] = [
  [`ports: ["8080:80", "53"], ${SYSTEM}`, /^service a: no effect of ports 8080:80, 53: System Docker has no network of its own.*without io\.rancher\.os\.scope: system/],
  [`net: bridge, links: [db], mac_address: "02:00:00:00:00:01", ${SYSTEM}`, /no effect of links db; mac_address 02/],
  [`net: host, external_links: [db], ${USER}`, /^service a: no effect of external_links db: its network is host$/],
  [`net: "container:b", ports: ["80"]`, /no effect of ports 80: its network is container:b$/],
  [`ports: ["8080:80"], links: [db]`, undefined],
  [`net: none, ${SYSTEM}`, undefined],
];
for (const [yaml, sentence] of REMARKS) {
  test(`${yaml} is ${sentence === undefined ? 'obeyed without a word' : 'told to have no effect'}`, () => {
    const { config } = readCompose(`a: {image: x, ${yaml}}\n`, 'a.yml');
    const { labels, ...rest } = config.rancher?.services?.['a'] ?? {};
    const service = { ...rest, labels: textsOf(labels) } as Service;
    const { specs, problems } = planServices(new Map([['a', service]]), isSystem(service) ? 'system' : 'user', NOTHING_AROUND);
    assert.equal(specs.size, 1, problems.join());
    assert.equal(problems.length, sentence === undefined ? 0 : 1);
    if (sentence !== undefined) assert.match(problems[0] ?? '', sentence);
  });
}
