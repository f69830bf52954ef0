import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Command } from '../../../../overlays/ros/runtime/system.ts';
import type { Services } from '../../../../overlays/ros/services/config.ts';
import { cronLines, writeCrontab } from '../../../../overlays/ros/services/cron.ts';
import { cronFields } from '../../../../overlays/ros/services/cron-fields.ts';
import { preload } from '../../../../overlays/ros/services/preload.ts';
import { machine } from '../machine.ts';

const SCHEDULES: readonly (readonly [string, string])[] = [
  ['*/5 * * * *', '*/5 * * * *'],
  ['0 0 3 * * ?', '0 3 * * *'],
  ['@hourly', '0 * * * *'],
  ['@daily', '0 0 * * *'],
];
for (const [label, fields] of SCHEDULES) test(`the schedule ${label} is ${fields}`, () => assert.equal(cronFields(label), fields));

test('a schedule that nobody understands is told, and the others stay', () => {
  const services: Services = new Map([
    ['a', { image: 'x', labels: { 'cron.schedule': 'soon; reboot' } }],
    ['b', { image: 'x', labels: { 'cron.schedule': '@hourly', 'io.rancher.os.scope': 'user' } }],
    ['c', { image: 'x' }],
  ]);
  const [a = '', b = '', ...rest] = cronLines(services);
  assert.match(a, /^# service a: /);
  assert.match(b, /^0 \* \* \* \* curl .*--unix-socket \/run\/docker\.sock .*\/containers\/b\/start$/);
  assert.deepEqual(rest, []);
});

test('the table of cron keeps what every release runs', () => {
  const system = machine({ '/usr/share/ros/crontab': '1 1 1 1 1 shipped\n' });
  writeCrontab(system, new Map());
  assert.equal(system.readText('/run/ros/crontabs/root'), undefined);
  writeCrontab(system, new Map([['b', { image: 'x', labels: { 'cron.schedule': '@hourly' } }]]));
  assert.match(system.readText('/run/ros/crontabs/root') ?? '', /^1 1 1 1 1 shipped\n0 \* \* \* \* curl .*\n$/);
  assert.equal(system.readText('/run/ros/crontabs/cron.update'), 'root\n');
});

/** Loads what lies in the folders; the archive `bad.tar` cannot be loaded. Of all but pipes it is said that they are files. */
function loader(files: Readonly<Record<string, string>>, pipes: readonly string[] = []) {
  const loaded: string[] = [];
  let id = 'ONE';
  const answer = ({ argv }: Command) => {
    if (argv[0] === 'curl') return { status: 0, stdout: `{"ID": "${id}"}\n200` };
    if (argv[2]?.includes('stat -c') && !pipes.includes(argv.at(-1) ?? '')) return { status: 0, stdout: `${argv.at(-1)} 5 1\n` };
    if (argv[0] !== 'bash') return undefined;
    loaded.push(argv.slice(4).join(' '));
    return argv[4]?.endsWith('bad.tar') ? { status: 1, stdout: 'no space left' } : { status: 0, stdout: 'Loaded image: a:1\n' };
  };
  const anotherDocker = () => {
    id = 'TWO';
  };
  return { system: machine({ '/dev/kmsg': '', ...files }, { answer }), loaded, anotherDocker };
}

test('an archive is loaded once, written down after it was loaded, and tried again where it failed', () => {
  const { system, loaded } = loader({
    '/var/lib/rancher/preload/docker/a.tar.xz': '',
    '/var/lib/rancher/preload/docker/bad.tar': '',
    '/var/lib/rancher/preload/docker/notes.txt': '',
    '/data/more.tar.gz': '',
  });
  const config = { rancher: { preload: ['/data/', '/data/one.tgz'] } };
  assert.equal(preload(system, config, 'user'), true);
  assert.deepEqual(
    loaded.splice(0).map((each) => each.split(' ')[0]),
    ['/var/lib/rancher/preload/docker/a.tar.xz', '/var/lib/rancher/preload/docker/bad.tar', '/data/more.tar.gz', '/data/one.tgz'],
  );
  assert.match(system.readText('/dev/kmsg') ?? '', /bad\.tar cannot be loaded: no space left/);
  assert.equal(preload(system, config, 'user'), false);
  assert.deepEqual(loaded, ['/var/lib/rancher/preload/docker/bad.tar /run/docker.sock']);
});

test('archives for System Docker lie in a folder of their own', () => {
  const { system, loaded } = loader({ '/var/lib/rancher/preload/system-docker/a.tar': '' });
  assert.equal(preload(system, {}, 'user'), false);
  assert.equal(preload(system, {}, 'system'), true);
  assert.deepEqual(loaded, ['/var/lib/rancher/preload/system-docker/a.tar /run/system-docker.sock']);
});

test('a Docker whose folder was made anew gets its archives again', () => {
  const { system, loaded, anotherDocker } = loader({ '/var/lib/rancher/preload/docker/a.tar': '' });
  preload(system, {}, 'user');
  anotherDocker();
  assert.equal(preload(system, {}, 'user'), true);
  assert.equal(loaded.length, 2);
});

test('a pipe and a folder in the place of an archive are told and passed over, and the others are loaded', () => {
  const pipes = ['/var/lib/rancher/preload/docker/a.tar', '/data/folder.tar'];
  const { system, loaded } = loader({ '/var/lib/rancher/preload/docker/b.tar': '', '/data/folder.tar/x': '' }, pipes);
  execFileSync('mkfifo', [join(system.root, pipes[0] ?? '')]);
  assert.equal(preload(system, { rancher: { preload: ['/data/folder.tar', '/data/none.tar'] } }, 'user'), true);
  assert.deepEqual(loaded, ['/var/lib/rancher/preload/docker/b.tar /run/docker.sock', '/data/none.tar /run/docker.sock']);
  assert.match(system.readText('/dev/kmsg') ?? '', /docker\/a\.tar is no plain file, and is not loaded[\s\S]*folder\.tar is no plain file/);
});
