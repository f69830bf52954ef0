import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '../../../../overlays/ros/config/sources.ts';
import { machine } from '../machine.ts';

const FILE = '/var/lib/rancher/conf/cloud-config.yml';

test('what was remembered of files is read anew where it is something else than it should be', () => {
  for (const kept of [
    'null',
    '5',
    '[]',
    '{',
    '',
    '{"/var/lib/rancher/conf/cloud-config.yml": null}',
    '{"/var/lib/rancher/conf/cloud-config.yml": {"text": "hostname: a\\n"}}',
    '{"/var/lib/rancher/conf/cloud-config.yml": {"text": "hostname: a\\n", "read": {}}}',
  ])
    assert.deepEqual(loadConfig(machine({ [FILE]: 'hostname: a\n', '/run/ros/read-before.json': kept })).config, { hostname: 'a' }, kept);
});
