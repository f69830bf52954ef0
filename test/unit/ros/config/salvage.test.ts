import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCloudConfig } from '../../../../overlays/ros/config/read.ts';

/** What is wrong with a file, what is lost by it, and what is left. */
const BROKEN: readonly (readonly [string, string, object, readonly number[]])[] = [
  ['a line without a colon', 'hostname: a\ndebug\nssh_authorized_keys:\n- k\n', { hostname: 'a', ssh_authorized_keys: ['k'] }, [2]],
  ['such a line at the beginning', 'debug\nhostname: a\n', { hostname: 'a' }, [1]],
  ['such a line at the end', 'hostname: a\nssh_authorized_keys:\n- k\ndebug\n', { hostname: 'a', ssh_authorized_keys: ['k'] }, [4]],
  ['such a line in the middle of something deeper', 'rancher:\n  password: x\ndebug\n  ssh:\n    port: 23\nhostname: a\n', { hostname: 'a', rancher: { password: 'x', ssh: { port: 23 } } }, [3]],
  ['several such lines', 'a b\nhostname: a\nc d\nruncmd: [x]\ne f\n', { hostname: 'a', runcmd: ['x'] }, [1, 3, 5]],
  [
    'marks of a conflict, between top keys',
    'hostname: a\n<<<<<<< HEAD\nrancher: {debug: true}\n=======\nrancher: {log: true}\n>>>>>>> other\nruncmd: [x]\n',
    { hostname: 'a', rancher: { log: true }, runcmd: ['x'] },
    [2, 4, 6],
  ],
  [
    'marks of a conflict, deep inside',
    'rancher:\n  ssh:\n<<<<<<< HEAD\n    port: 1\n||||||| base\n    port: 3\n=======\n    port: 2\n>>>>>>> other\n  debug: true\nhostname: a\n',
    { hostname: 'a', rancher: { ssh: { port: 2 }, debug: true } },
    [3, 5, 7, 9],
  ],
  ['a tab in front of a key', 'hostname: a\nrancher:\n\tdebug: true\nruncmd: [x]\n', { hostname: 'a', runcmd: ['x'] }, [3]],
  ['a tab behind spaces', 'hostname: a\nrancher:\n  ssh:\n  \tport: 23\n  debug: true\n', { hostname: 'a', rancher: { debug: true } }, [4]],
  ['a quote without its end', 'hostname: a\nrancher:\n  password: "abc\n  debug: true\nruncmd:\n- x\n', { hostname: 'a', rancher: { debug: true }, runcmd: ['x'] }, [3]],
  ['a list without its end', 'hostname: a\nruncmd: [x, y\nrancher:\n  debug: true\n', { hostname: 'a', rancher: { debug: true } }, [2]],
  ['two colons in a line', 'hostname: a\nruncmd:\n- echo: a: b\n- ok\n', { hostname: 'a', runcmd: ['ok'] }, [3]],
  ['a value that begins with %', 'hostname: a\nrancher:\n  password: %abc\n  debug: true\n', { hostname: 'a', rancher: { debug: true } }, [3]],
  ['a value that begins with @', 'hostname: @a\nruncmd: [x]\n', { runcmd: ['x'] }, [1]],
  ['too little indentation', 'rancher:\n    ssh:\n        port: 23\n   debug: true\nhostname: a\n', { hostname: 'a', rancher: { ssh: { port: 23 } } }, [4]],
  ['no space behind a colon', 'hostname:a\nrancher:\n  debug:true\n  log: true\nruncmd: [x]\n', { rancher: { log: true }, runcmd: ['x'] }, [1, 3]],
  [
    'the head of an item, whose keys would be those of the item above',
    'write_files:\n- path: /a\n  content: A\n- path: "/b\n  content: B\n  permissions: "0600"\nhostname: a\n',
    { write_files: [{ path: '/a', content: 'A' }], hostname: 'a' },
    [4],
  ],
  ['an item without a space behind its dash', 'write_files:\n- path: /a\n  content: A\n-path: /b\n  content: B\n', { write_files: [{ path: '/a', content: 'A' }] }, [4]],
  [
    'the name of a service, whose keys would be those of the service above',
    'rancher:\n  services:\n    a:\n      image: x\n      user: "5"\n    b: @x\n      image: y\n      privileged: true\n',
    { rancher: { services: { a: { image: 'x', user: '5' } } } },
    [6],
  ],
  [
    'a card, whose keys would be those of the card above',
    'rancher:\n  network:\n    interfaces:\n      eth0:\n        address: 10.0.0.1/24\n      eth1: @\n        dhcp: true\n',
    { rancher: { network: { interfaces: { eth0: { address: '10.0.0.1/24' } } } } },
    [6],
  ],
  ['a * without quotes', 'rancher:\n  network:\n    no_proxy: *.example.com\n    http_proxy: http://p\nhostname: a\n', { rancher: { network: { http_proxy: 'http://p' } }, hostname: 'a' }, [3]],
  ['such a * beside another mistake', 'hostname: @a\nrancher:\n  network:\n    no_proxy: *.example.com\n  debug: true\nruncmd: [x]\n', { rancher: { debug: true }, runcmd: ['x'] }, [1, 4]],
  ['a << of what is no mapping', 'rancher:\n  <<: 5\n  debug: true\nhostname: a\n', { rancher: { debug: true }, hostname: 'a' }, [2]],
  ['lines that end as on Windows', 'hostname: a\r\ndebug\r\nruncmd: [x]\r\n', { hostname: 'a', runcmd: ['x'] }, [2]],
];

for (const [name, text, left, lost] of BROKEN) {
  test(`${name} costs only what it stands in, and each loss is told with its line`, () => {
    const { config, problems } = readCloudConfig(text, 'a.yml');
    assert.deepEqual(config, left);
    const told = problems.filter(({ message }) => message.startsWith('This part, from')).map(({ line }) => line);
    assert.deepEqual(told, lost);
    assert.ok(problems.every(({ severity, message }) => severity === 'error' || message.includes('twice')));
  });
}

test('an anchor of another part is no mistake of a part', () => {
  const { config, problems } = readCloudConfig('runcmd: &k [a]\nbootcmd: *k\nhostname: @x\n', 'a.yml');
  assert.deepEqual(config, { runcmd: ['a'], bootcmd: ['a'] });
  assert.deepEqual([...new Set(problems.map(({ line }) => line))], [3]);
});

test('a name of nothing is told with its place and what to write', () => {
  const { problems } = readCloudConfig('rancher:\n  network:\n    no_proxy: *.example.com\n', 'a.yml');
  assert.ok(problems.some(({ line, column, message }) => line === 3 && column === 15 && message.endsWith('A text that begins with * needs quotes.')));
});

test('a mark at the beginning and line ends of any system are no mistake', () => {
  for (const text of ['\ufeffhostname: a\nruncmd: [x]\n', 'hostname: a\r\nruncmd: [x]\r\n', 'hostname: a\rruncmd: [x]\r', '\ufeff#cloud-config\r\nhostname: a\r\nruncmd:\r\n- x\r\n'])
    assert.deepEqual(readCloudConfig(text, 'a.yml'), { config: { hostname: 'a', runcmd: ['x'] }, problems: [] });
});

test('bytes that are no UTF-8 are told with their line', () => {
  const { config, problems } = readCloudConfig('hostname: a\nrancher:\n  password: caf\ufffd\n', 'a.yml');
  assert.equal(config.hostname, 'a');
  assert.deepEqual(
    problems.map(({ line, severity, message }) => [line, severity, message]),
    [[3, 'error', 'This line is not UTF-8 text, so its letters cannot be told: save the file as UTF-8.']],
  );
});

test('a tag that means nothing is told', () => {
  const { config, problems } = readCloudConfig('hostname: !Ref name\n', 'a.yml');
  assert.equal(config.hostname, 'name');
  assert.match(problems[0]?.message ?? '', /Unresolved tag: !Ref/);
});

test('a file that is nothing but mistakes is told, and ends', () => {
  for (const line of ['debug\n', '\ta: b\n', '- a\nb\n', '"\n', '[\n', '<<<<<<< x\n']) {
    const { config, problems } = readCloudConfig(line.repeat(Math.floor(20_000 / line.length)), 'a.yml');
    assert.deepEqual(config, {});
    assert.ok(problems.length > 0 && problems.length < 300, `${problems.length}`);
  }
});

test('of a large file with a mistake the rest is applied', () => {
  const good = Array.from({ length: 800 }, (_, index) => `  - echo ${index} of many lines\n`).join('');
  const { config } = readCloudConfig(`hostname: a\nruncmd:\n${good}debug\nrancher:\n  password: "x\n`, 'a.yml');
  assert.equal(config.hostname, 'a');
  assert.equal(config.runcmd?.length, 800);
});
