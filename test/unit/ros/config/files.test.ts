import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesIn, removeLeftovers, writeFile } from '../../../../overlays/ros/config/files.ts';
import { loadConfig } from '../../../../overlays/ros/config/sources.ts';
import { machine } from '../machine.ts';

const FOLDER = '/var/lib/rancher/conf/cloud-config.d';

test('what an unfinished write has left is no configuration, whichever version wrote it', () => {
  const system = machine({
    [`${FOLDER}/boot.yml`]: 'hostname: right\n',
    [`${FOLDER}/boot.yml.63`]: 'hostname: ghost\nssh_authorized_keys: [revoked]\n',
    [`${FOLDER}/boot.yaml.999`]: 'hostname: ghost\n',
    [`${FOLDER}/.boot.yml.ros-4f5g`]: 'hostname: ghost\n',
    [`${FOLDER}/boot.yml.new-by-ros`]: 'hostname: ghost\n',
    [`${FOLDER}/boot.yml~`]: 'hostname: ghost\n',
  });
  assert.deepEqual(filesIn(system, FOLDER), ['boot.yml']);
  assert.deepEqual(loadConfig(system).config, { hostname: 'right' });
});

test('names of the user’s choice count, with numbers and without an ending', () => {
  const system = machine(Object.fromEntries(['10-a', 'b.yml', 'site.2', 'c.yml.1.yml'].map((name) => [`${FOLDER}/${name}`, '{}'])));
  assert.deepEqual(filesIn(system, FOLDER), ['10-a', 'b.yml', 'c.yml.1.yml', 'site.2']);
});

test('the start takes away what writes have left, and nothing else', () => {
  const names = ['.boot.yml.ros-4f5g', 'boot.yml.63', 'boot.yml', '.hidden', 'site.2', 'boot.yml~', 'a.yml.new-by-ros'];
  const system = machine(Object.fromEntries(names.map((name) => [`${FOLDER}/${name}`, '{}'])));
  removeLeftovers(system, [FOLDER, '/nowhere']);
  assert.deepEqual(readdirSync(join(system.root, FOLDER)).sort(), ['.hidden', 'boot.yml', 'boot.yml~', 'site.2']);
});

test('a write that is cut off where it waits for the disk leaves the old file, and nothing that counts', () => {
  const system = machine({ [`${FOLDER}/boot.yml`]: 'hostname: old\n' });
  const cut = {
    ...system,
    runAll: (commands: Parameters<typeof system.runAll>[0]) =>
      // The shell dies as by a power cut: nothing behind this is done.
      system.runAll(commands.map((command) => ({ ...command, argv: command.argv.map((word) => word.replace('sync "$new"', () => 'kill -9 $$')) }))),
  };
  assert.throws(() => writeFile(cut, `${FOLDER}/boot.yml`, 'hostname: new\n'), /cannot be written/);
  assert.equal(readdirSync(join(system.root, FOLDER)).length, 2);
  assert.deepEqual(loadConfig(system).config, { hostname: 'old' });
  removeLeftovers(system, [FOLDER]);
  assert.deepEqual(readdirSync(join(system.root, FOLDER)), ['boot.yml']);
});

test('two writes never share a name beside the file', () => {
  const system = machine();
  const names = new Set<string>();
  const watched = {
    ...system,
    runAll: (commands: Parameters<typeof system.runAll>[0]) => {
      for (const { argv } of commands) names.add(argv.at(-1) ?? '');
      return system.runAll(commands);
    },
  };
  for (let time = 0; time < 20; time += 1) writeFile(watched, `${FOLDER}/boot.yml`, 'hostname: a\n');
  assert.equal(names.size, 20);
});
