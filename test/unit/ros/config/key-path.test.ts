import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findKey, isKnown, splitKeys } from '../../../../overlays/ros/config/key-path.ts';
import { formatKeys } from '../../../../overlays/ros/config/problem.ts';
import { CLOUD_CONFIG } from '../../../../overlays/ros/config/schema.ts';

test('keys are split at dots, except in quotes, and joined again', () => {
  for (const keys of [['hostname'], ['rancher', 'sysctl', 'net.ipv4.ip_forward'], ['rancher', 'network', 'interfaces', 'eth*', 'dhcp'], ['a', 'b "c" \\d', 'e']]) {
    assert.deepEqual(splitKeys(formatKeys(keys)), keys);
  }
  assert.deepEqual(splitKeys("a.'b.c'"), ['a', 'b.c']);
  for (const text of ['', '.', 'a.', '.a', 'a..b', 'a."b', 'a"b']) assert.throws(() => splitKeys(text), /is no key/, text);
});

test('names with dots are found without quotes', () => {
  const path = (text: string) => {
    const found = findKey(CLOUD_CONFIG, splitKeys(text));
    return isKnown(found) ? found.path : found.message;
  };
  assert.deepEqual(path('rancher.registry_auths.index.docker.io.auth'), ['rancher', 'registry_auths', 'index.docker.io', 'auth']);
  assert.deepEqual(path('rancher.registry_auths.index.docker.io'), ['rancher', 'registry_auths', 'index.docker.io']);
  assert.deepEqual(path('rancher.services.web.labels.io.rancher.os.scope'), ['rancher', 'services', 'web', 'labels', 'io.rancher.os.scope']);
  assert.deepEqual(path('rancher'), ['rancher']);
  assert.equal(path('rancher.docker.tsl'), '“rancher.docker.tsl” is not known and has no effect.');
  assert.equal(path('hostname.x'), '“hostname.x” is not known and has no effect.');
});
