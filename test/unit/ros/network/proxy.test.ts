import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { proxyEnvironment, writeProxyFile } from '../../../../overlays/ros/network/proxy.ts';
import { machine } from '../machine.ts';

const CONFIG = { rancher: { network: { http_proxy: "http://u:it's@proxy:3128", no_proxy: 'localhost,.site' } } };

test('the proxy is known to programs in both spellings, and what is not configured does not exist', () => {
  assert.deepEqual(proxyEnvironment(CONFIG), {
    http_proxy: "http://u:it's@proxy:3128",
    HTTP_PROXY: "http://u:it's@proxy:3128",
    no_proxy: 'localhost,.site',
    NO_PROXY: 'localhost,.site',
  });
  assert.deepEqual(proxyEnvironment({}), {});
});

test('a shell reads from the file what was configured, and nobody else may read it', () => {
  const system = machine();
  writeProxyFile(system, CONFIG);
  assert.equal(statSync(join(system.root, '/run/ros/proxy.env')).mode & 0o777, 0o600);
  const [result] = system.runAll([{ argv: ['sh', '-c', '. "$1"; echo "$http_proxy $NO_PROXY"', 'sh', '/run/ros/proxy.env'] }]);
  assert.equal(result?.stdout, "http://u:it's@proxy:3128 localhost,.site\n");
});

test('a proxy that is no longer configured leaves the file', () => {
  const system = machine();
  writeProxyFile(system, CONFIG);
  writeProxyFile(system, {});
  assert.equal(system.readText('/run/ros/proxy.env'), '');
});
