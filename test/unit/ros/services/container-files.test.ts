import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine, USER_DOCKER } from '../../../../overlays/ros/docker/engine.ts';
import { fillWith, lateFiles, writeLateFiles } from '../../../../overlays/ros/services/container-files.ts';
import { machine } from '../machine.ts';

const CONFIG = {
  write_files: [
    { path: '/etc/here', content: 'x' },
    { path: '/etc/chrony/chrony.conf', content: 'x', container: 'ntp' },
    { path: '/etc/bad', content: 'x', container: 'ntp' },
    { path: '/etc/later', content: 'x', container: 'syslog' },
    { path: '/etc/to-come', content: 'x', container: 'mine' },
  ],
};

/** A machine that remembers which files it was to write: path, container and socket. */
function remembering() {
  const written: string[] = [];
  const system = machine(
    {},
    {
      answer: ({ argv }) => {
        if (argv[0] !== 'bash') return undefined;
        written.push([argv[4], argv[8], argv[10]].join(' '));
        return argv[4] === '/etc/bad' ? { status: 1, stdout: 'no room\n' } : { status: 0, stdout: '' };
      },
    },
  );
  return { system, written };
}

test('a container gets its files between being made and being started, and what fails is told', () => {
  const { system, written } = remembering();
  const fill = fillWith(system, () => CONFIG);
  assert.deepEqual(fill(new Engine(system), ['udev', 'ntp']), ['write_files: /etc/bad in the container ntp is not written: no room']);
  assert.deepEqual(fill(new Engine(system, USER_DOCKER), ['mine']), []);
  assert.deepEqual(written, ['/etc/chrony/chrony.conf ntp /run/system-docker.sock', '/etc/bad ntp /run/system-docker.sock', '/etc/to-come mine /run/docker.sock']);
});

test('later, only containers are written to that had been made without their files', () => {
  const { system } = remembering();
  fillWith(system, () => CONFIG)(new Engine(system), ['ntp']);
  assert.deepEqual(
    lateFiles(system, CONFIG, (name) => name === 'mine').map(({ path }) => path),
    ['/etc/later'],
  );
});

test('a container that is made after a datasource has answered gets what that brought, whatever was known when the start began', () => {
  const { system, written } = remembering();
  let now: Parameters<typeof lateFiles>[1] = {};
  const fill = fillWith(system, () => now);
  fill(new Engine(system), ['syslog']);
  now = CONFIG;
  fill(new Engine(system), ['ntp']);
  assert.deepEqual(
    written.map((line) => line.split(' ')[0]),
    ['/etc/chrony/chrony.conf', '/etc/bad'],
  );
});

test('what comes late goes into containers that are there, each through its own Docker, once; those to come are left for later', () => {
  const written: string[] = [];
  const list = (names: readonly string[]) => `${JSON.stringify(names.map((name) => ({ Names: [`/${name}`], Image: 'i', Status: 'Up', State: 'running' })))}\n200`;
  const system = machine(
    {},
    {
      answer: ({ argv, stdin = '' }) => {
        if (argv[0] === 'bash') {
          written.push([argv[4], argv[8], argv[10]].join(' '));
          return { status: 0, stdout: '' };
        }
        if (argv[0] !== 'curl') return undefined;
        if (stdin.includes('/_ping')) return { status: 0, stdout: 'OK\n200' };
        return { status: 0, stdout: list(stdin.includes('system-docker') ? ['syslog'] : ['mine']) };
      },
    },
  );
  const services = new Map(['ntp', 'syslog', 'mine'].map((name) => [name, { image: 'i' }]));
  writeLateFiles(system, CONFIG, services);
  writeLateFiles(system, CONFIG, services);
  assert.deepEqual(written, ['/etc/later syslog /run/system-docker.sock', '/etc/to-come mine /run/docker.sock']);
});
