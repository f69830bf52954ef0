import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCloudConfig, readCompose } from '../../../../overlays/ros/config/read.ts';
import { CLOUD_CONFIG } from '../../../../overlays/ros/config/schema.ts';
import type { Schema } from '../../../../overlays/ros/config/schema-words.ts';
import { joinFiles } from '../../../../overlays/ros/config/sources.ts';

const read = (text: string) => readCloudConfig(text, 'a.yml');
const service = (line: string) => read(`rancher:\n  services:\n    app:\n      image: nginx\n      ${line}\n    other: {image: x}\n`);

/** Values that do not fit; each would leave the service open to more if it were merely left out. */
const OPEN: readonly string[] = [
  'cap_drop: {ALL: yes}',
  'cap_drop: [ALL, {x: y}]',
  'security_opt: {no-new-privileges: true}',
  'user: [1000]',
  'user: {uid: 1000}',
  'read_only: perhaps',
  'read_only: [true]',
  'net: [none]',
  'pid: [x]',
  'ipc: {a: b}',
  'cgroup: privat',
  'mem_limit: [512m]',
  'pids_limit: many',
  'cpuset: [0, 1]',
  'cpu_quota: half',
  'ulimits: {nofile: lots}',
  'command: {run: it}',
  'entrypoint: [{a: b}]',
];

for (const line of OPEN) {
  test(`a service with “${line}” is left out as a whole, and its neighbour is not`, () => {
    const { config, problems } = service(line);
    assert.deepEqual(config.rancher?.services, { other: { image: 'x' } });
    assert.equal(problems.length, 1);
    assert.match(problems[0]?.message ?? '', /“rancher\.services\.app” is left out as a whole/);
    assert.equal(problems[0]?.line, 5);
  });
}

test('what does not restrict costs itself alone', () => {
  const { config } = service('ports: {80: 80}\n      tty: perhaps\n      links: {a: b}');
  assert.deepEqual(config.rancher?.services?.['app'], { image: 'nginx' });
});

test('one text where a list is wanted is a list of one, everywhere', () => {
  const { config, problems } = service('cap_drop: ALL\n      security_opt: no-new-privileges\n      volumes: /a:/b\n      environment: A=1\n      ports: "80"');
  assert.deepEqual(problems, []);
  assert.deepEqual(config.rancher?.services?.['app'], {
    image: 'nginx',
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges'],
    volumes: ['/a:/b'],
    environment: ['A=1'],
    ports: ['80'],
  });
  const walk = (schema: Schema, path: readonly string[]): readonly (readonly string[])[] => [
    ...(schema.type === 'array' && schema.items?.type === 'string' && schema.items.pattern === undefined ? [path] : []),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, below]) => walk(below, [...path, name])),
    ...(schema.additionalProperties ? walk(schema.additionalProperties, [...path, 'one']) : []),
  ];
  // What is no range is told of, as a list too.
  const lists = walk(CLOUD_CONFIG, []).filter((path) => path.at(-1) !== 'default_address_pools');
  assert.ok(lists.length > 30);
  for (const path of lists) {
    const given = path.reduceRight<unknown>((below, key) => ({ [key]: below }), '0123');
    const { config: read } = readCloudConfig(JSON.stringify(given), 'a.yml');
    const found = path.reduce<unknown>((tree, key) => (tree as Record<string, unknown> | undefined)?.[key], read);
    assert.deepEqual(found, ['0123'], path.join('.'));
  }
});

test('a file with a mode, an owner, an encoding or a content that cannot be told is not written', () => {
  for (const line of ['permissions: "rw-------"', 'permissions: [0600]', 'encoding: base46', 'encoding: [b64]', 'owner: [root]', 'owner: "a:b:c"', 'content: {a: b}', 'container: [ntp]']) {
    const { config, problems } = read(`write_files:\n- path: /a\n  ${line}\n- path: /b\n`);
    assert.deepEqual(config.write_files, [{ path: '/b' }], line);
    assert.match(problems[0]?.message ?? '', /item 1 of “write_files” is left out as a whole/);
  }
});

test('the case of a word that has only certain forms does not count', () => {
  const { config, problems } = read('write_files:\n- {path: /a, encoding: Base64, content: aGk=}\n- {path: /b, encoding: GZ+B64, content: x}\n');
  assert.deepEqual(problems, []);
  assert.deepEqual(
    config.write_files?.map(({ encoding }) => encoding),
    ['base64', 'gz+b64'],
  );
});

test('where the whole cannot be left out, what keeps something closed counts as closed', () => {
  for (const [text, expected] of [
    ['rancher: {disable: {password: true}}', { disable: ['password', 'autologin'] }],
    ['rancher: {ssh: {listen_address: [10.0.0.1], port: 23}}', { ssh: { listen_address: '127.0.0.1', port: 23 } }],
    ['rancher: {ssh: {listen_address: "10.0.0.1 or so"}}', { ssh: { listen_address: '127.0.0.1' } }],
    ['rancher: {docker: {tls: [true], host: "tcp://0.0.0.0:2376"}}', { docker: { tls: true, host: 'tcp://0.0.0.0:2376' } }],
    ['rancher: {docker: {userns_enabled: please}}', { docker: { userns_enabled: true } }],
  ] as const) {
    const { config, problems } = read(`${text}\n`);
    assert.deepEqual(config.rancher, expected);
    assert.equal(problems.length, 1);
    assert.match(problems[0]?.message ?? '', /until that is right it counts as /);
  }
  assert.deepEqual(read('rancher: {disable: password}\n').config.rancher, { disable: ['password'] });
});

test('a wireless network whose protection cannot be told is not joined', () => {
  const { config } = read('rancher: {network: {wifi_networks: {home: {ssid: a, psk: [x]}, work: {ssid: b, ca_certs: {a: b}}, open: {ssid: c}}}}\n');
  assert.deepEqual(config.rancher?.network?.wifi_networks, { open: { ssid: 'c' } });
});

test('definitions of services are held to the same', () => {
  const { config, problems } = readCompose('app:\n  image: x\n  user: [1]\nother: {image: y}\n', 'a.yml');
  assert.deepEqual(config.rancher?.services, { other: { image: 'y' } });
  assert.match(problems[0]?.message ?? '', /“app” is left out as a whole/);
});

test('a variable without a value is there, and takes its value from elsewhere', () => {
  const { config, problems } = service('environment: {NAME: , OTHER: x}');
  assert.deepEqual(problems, []);
  assert.deepEqual(config.rancher?.services?.['app']?.environment, { NAME: null, OTHER: 'x' });
});

test('what stands behind !!binary is text where it is text, and bytes of a file in any case', () => {
  const { config, problems } = read(
    'hostname: !!binary aG9zdA==\nwrite_files:\n- {path: /a, content: !!binary aGVsbG8=}\n- {path: /b, content: !!binary H4sIAAAA/w==, encoding: gzip}\n- {path: /c, content: !!binary /wD+}\n- {path: /d, content: !!binary aGk=, encoding: b64}\n',
  );
  assert.deepEqual(problems, []);
  assert.equal(config.hostname, 'host');
  assert.deepEqual(config.write_files, [
    { path: '/a', content: 'hello' },
    { path: '/b', content: 'H4sIAAAA/w==', encoding: 'gz+b64' },
    { path: '/c', content: '/wD+', encoding: 'b64' },
    { path: '/d', content: 'hi', encoding: 'b64' },
  ]);
  assert.match(read('rancher: {environment: {A: !!binary /wD+}}\n').problems[0]?.message ?? '', /must be text, not bytes that are no text/);
  assert.match(read('hostname: !!binary "%%%"\n').problems[0]?.message ?? '', /!!binary is not base64/);
});

test('a service that one file leaves open does not run as another file has it either, but for those of the release', () => {
  const restricted = 'rancher: {services: {app: {user: [1000]}, console: {user: [1000]}}, network: {wifi_networks: {home: {psk: [x]}}}}\n';
  const { config } = joinFiles([
    { path: 'os-config.yml', by: 'release', text: 'rancher: {services: {console: {image: c}}}\n' },
    { path: 'boot.yml', by: 'user', text: 'rancher: {services: {app: {image: x}, other: {image: y}}, network: {wifi_networks: {home: {ssid: a}}}}\n' },
    { path: 'cloud-config.yml', by: 'user', text: restricted },
  ]);
  assert.deepEqual(config.rancher?.services, { console: { image: 'c' }, other: { image: 'y' } });
  assert.deepEqual(config.rancher?.network?.wifi_networks, {});
});

/** A line that cannot be read, and what is left of the file. */
const UNREADABLE: readonly (readonly [string, object])[] = [
  ['rancher:\n  services:\n    a:\n      image: x\n      cap_drop: [ALL\n      tty: true\n    c: {image: z}\n', { rancher: { services: { c: { image: 'z' } } } }],
  ['rancher:\n  services:\n    a:\n      image: x\n      cap_drop:\n      - "ALL\n      - B\n    c: {image: z}\n', { rancher: { services: { c: { image: 'z' } } } }],
  ['rancher:\n  services:\n    a:\n      image: x\n      labels: [a\n      tty: true\n', { rancher: { services: { a: { image: 'x', tty: true } } } }],
  ['write_files:\n- path: /a\n  content: |\n    x\n   y\n    z\n- {path: /b, content: b}\nhostname: a\n', { write_files: [{ path: '/b', content: 'b' }], hostname: 'a' }],
  ['write_files:\n- path: /a\n  content: |\n    x\n\ty\n  permissions: "0600"\nhostname: a\n', { write_files: [], hostname: 'a' }],
  ['write_files:\n- path: /a\n  content: !!binary "###"\nhostname: a\n', { write_files: [], hostname: 'a' }],
  ['rancher:\n  ssh:\n    port: 23\n    listen_address: [10.0.0.1\n  debug: true\n', { rancher: { ssh: { port: 23, listen_address: '127.0.0.1' }, debug: true } }],
  ['rancher:\n  docker:\n    tls: "true\n    host: tcp://0.0.0.0:2376\n', { rancher: { docker: { tls: true, host: 'tcp://0.0.0.0:2376' } } }],
];
for (const [text, left] of UNREADABLE) {
  test(`a restriction that cannot be read opens nothing: ${JSON.stringify(text.slice(0, 60))}`, () => {
    const { config, problems } = read(text);
    assert.deepEqual(config, left);
    assert.ok(problems.some(({ message }) => message.startsWith('This part, from')));
  });
}

test('no options of a mount may be nothing', () => {
  const { config, problems } = read('mounts: [[/dev/vdb, /mnt/s, ext4, null]]\n');
  assert.deepEqual(problems, []);
  assert.deepEqual(config.mounts, [['/dev/vdb', '/mnt/s', 'ext4', '']]);
});
