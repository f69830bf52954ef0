import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { MAX_CHARACTERS } from '../../../../overlays/ros/config/document.ts';
import { problemText } from '../../../../overlays/ros/config/problem.ts';
import { readCloudConfig, readCompose } from '../../../../overlays/ros/config/read.ts';
import { projectFolder } from '../../../rig/project.ts';

const read = (text: string) => {
  const { config, problems } = readCloudConfig(text, 'a.yml');
  return { config, problems: problems.map(problemText) };
};

/** Ways to break YAML, each within `rancher.docker`; the rest must still be there. */
const BROKEN: readonly (readonly [string, string])[] = [
  ['a quote that never ends', '    group: "docker'],
  ['a bracket that never ends', '    host: [a, b'],
  ['a tab for indentation', '\tgroup: docker'],
  ['a colon inside a plain value', '    group: a: b'],
  ['a value that begins with a percent sign', '    group: %x'],
  ['a value that begins with an at sign', '    group: @x'],
  ['a line that is no key', '    group\n    graph: /a'],
  ['a key that is indented wrongly', '    group: a\n   graph: /b'],
  ['an anchor without a name', '    group: & a'],
  ['a tag in the middle', '    group: a\n    - b'],
];

for (const [name, lines] of BROKEN) {
  test(`${name} costs its own key and is told with its line`, () => {
    const { config, problems } = read(`#cloud-config\nhostname: node\nrancher:\n  debug: true\n  docker:\n${lines}\n  modules: [kvm]\nssh_authorized_keys:\n- ssh-rsa A\n- ssh-rsa B\n`);
    assert.equal(config.hostname, 'node', problems.join('\n'));
    assert.deepEqual(config.ssh_authorized_keys, ['ssh-rsa A', 'ssh-rsa B']);
    assert.equal(config.rancher?.debug, true);
    assert.deepEqual(config.rancher?.modules, ['kvm']);
    assert.match(problems.join('\n'), /^a\.yml:[5-8]:\d+: error: /m);
  });
}

test('what a terminal would obey is not shown', () => {
  const { problems } = read('hostname: "a\\e]0;x\\ab"\n"\\e[2J\\r\\nx": 1\n"\\e[31m": [\n');
  assert.ok(problems.length >= 1);
  for (const problem of problems) assert.doesNotMatch(problem, /[\x00-\x1f\x7f-\x9f]/);
  assert.match(read('"\\e[2J": 1\n').problems.join(), /“ \[2J” is not known/);
});

test('a second document is told with its line, and the first one counts', () => {
  const { config, problems } = read('hostname: a\n---\nhostname: b\n');
  assert.deepEqual(problems, ['a.yml:2:1: error: A second document begins here; only the first one counts.']);
  assert.deepEqual(config, { hostname: 'a' });
});

test('names are compared for the first hundred unknown keys only', () => {
  const keys = Array.from({ length: 150 }, (_, index) => `hostnam${index}: a`);
  const { problems } = readCloudConfig(`${keys.join('\n')}\n`, 'a.yml');
  assert.equal(problems.filter(({ hint }) => hint !== undefined).length, 100);
  const long = Array.from({ length: 20_000 }, (_, index) => `  k${index}: a`);
  const many = readCloudConfig(`rancher:\n${long.join('\n')}\n`, 'a.yml').problems;
  assert.match(many.map(({ message }) => message).join('\n'), /There are 19900 more problems\./);
});

test('what is wrong with the YAML and what is left out are two sentences', () => {
  assert.deepEqual(
    read('hostname: node\nruncmd: [a\nrancher: {debug: true}\n').problems.map((problem) => problem.replace(/YAML: .*/, 'YAML')),
    ['a.yml:2:1: error: This part, from “runcmd: [a” on, is left out because it cannot be read.', 'a.yml:3:1: error: This is not YAML'],
  );
});

test('a file of which nothing can be read gives nothing but its problem', () => {
  const { config, problems } = read('{a: [b\n');
  assert.deepEqual(config, {});
  assert.equal(problems.length, 1);
});

test('a key that stands twice is told, and the last one counts', () => {
  const { config, problems } = read('hostname: a\nrancher:\n  debug: true\n  debug: false\nhostname: b\n');
  assert.equal(config.hostname, 'b');
  assert.deepEqual(problems, ['a.yml:4:3: warning: The key “debug” stands here twice; the last one counts.', 'a.yml:5:1: warning: The key “hostname” stands here twice; the last one counts.']);
});

test('anchors, aliases and merge keys work, also beside a broken part', () => {
  const text = 'rancher:\n  services:\n    a: &a {image: x, privileged: true}\n    b: {<<: *a, image: y}\n';
  assert.deepEqual(read(text).config.rancher?.services?.['b'], { image: 'y', privileged: true });
  const { config } = read(`${text}hostname: "x\n`);
  assert.deepEqual(config.rancher?.services?.['b'], { image: 'y', privileged: true });
});

test('files that only cost time are refused or read quickly', () => {
  const started = performance.now();
  assert.match(read(`hostname: a\n${'#'.repeat(MAX_CHARACTERS)}`).problems.join(), /^a\.yml:1:1: error: The text has more than 262144 characters; it is not read\.$/);
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`).join('\n')}\n`;
  assert.match(read(bomb).problems.join(), /alias/i);
  assert.ok(read('['.repeat(100_000)).problems.length > 0);
  assert.match(read(Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join('\n')).problems.at(-1) ?? '', /a\.yml:101:1: warning: There are 19900 more problems\./);
  assert.ok(performance.now() - started < 30_000);
});

test('the configuration of the release has no mistakes', () => {
  const text = readFileSync(join(projectFolder, 'overlays/system/usr/share/ros/os-config.yml'), 'utf8');
  const { config, problems } = read(text);
  assert.deepEqual(problems, []);
  assert.ok(Object.keys(config.rancher?.services ?? {}).length > 0);
});

test('an empty file is an empty configuration', () => {
  for (const text of ['', '\n', '#cloud-config\n', '---\n']) assert.deepEqual(read(text), { config: {}, problems: [] });
});

test('a Compose file of either format becomes services', () => {
  const services = { web: { image: 'nginx', ports: ['80:80'] } };
  assert.deepEqual(readCompose('#compose\nweb:\n  image: nginx\n  ports: ["80:80"]\n', 'c.yml'), { config: { rancher: { services } }, problems: [] });
  assert.deepEqual(readCompose('version: "2"\nservices:\n  web:\n    image: nginx\n    ports: ["80:80"]\n', 'c.yml').config, { rancher: { services } });
  assert.match(readCompose('web:\n  imgae: nginx\n', 'c.yml').problems.map(problemText).join(), /c\.yml:2:3: warning: “web\.imgae” is not known .* Did you mean “image”/);
});

test('a number among many keys is found without looking at all of them again', () => {
  const keys = Array.from({ length: 10_000 }, (_, index) => `    k${index}: 0${index}\n`).join('');
  const { config, problems } = readCloudConfig(`rancher:\n  environment:\n${keys}`, 'a.yml');
  assert.deepEqual(problems, []);
  assert.equal(config.rancher?.environment?.['k9999'], '09999');
});
