import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine, USER_DOCKER } from '../../../../overlays/ros/docker/engine.ts';
import { fillWith, lateFiles } from '../../../../overlays/ros/services/given-files.ts';
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
  const fill = fillWith(system, CONFIG);
  assert.deepEqual(fill(new Engine(system), ['udev', 'ntp']), ['write_files: /etc/bad in the container ntp is not written: no room']);
  assert.deepEqual(fill(new Engine(system, USER_DOCKER), ['mine']), []);
  assert.deepEqual(written, ['/etc/chrony/chrony.conf ntp /run/system-docker.sock', '/etc/bad ntp /run/system-docker.sock', '/etc/to-come mine /run/docker.sock']);
});

test('later, only containers are written to that had been made without their files', () => {
  const { system } = remembering();
  fillWith(system, CONFIG)(new Engine(system), ['ntp']);
  assert.deepEqual(
    lateFiles(system, CONFIG, (name) => name === 'mine').map(({ path }) => path),
    ['/etc/later'],
  );
});
