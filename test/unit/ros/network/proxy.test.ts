import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeEnvironment } from '../../../../overlays/ros/console/environment.ts';
import { writeSystemDockerOptions } from '../../../../overlays/ros/docker/system-options.ts';
import { beginProxies, isLateForSystemDocker, proxyEnvironment, writeProxyFile } from '../../../../overlays/ros/network/proxy.ts';
import { fetchText } from '../../../../overlays/ros/runtime/fetch-text.ts';
import { sendAll } from '../../../../overlays/ros/runtime/http.ts';
import { proxyVariables } from '../../../../overlays/ros/runtime/proxy-variables.ts';
import type { Command } from '../../../../overlays/ros/runtime/system.ts';
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

const WITH_PASSWORD = { rancher: { network: { http_proxy: 'http://u:s3cret@proxy:3128', https_proxy: 'http://proxy:3129', no_proxy: 'localhost' } } };

test('what is fetched from others goes by the proxy of the configuration, and sockets and the metadata of a platform do not', () => {
  const asked: Command[] = [];
  const system = machine(
    {},
    {
      answer: (command) => {
        if (command.argv[0] !== 'curl') return undefined;
        asked.push(command);
        return { status: 0, stdout: 'text\n200' };
      },
    },
  );
  writeProxyFile(system, WITH_PASSWORD);
  assert.equal(fetchText(system, 'http://site.test/app.yml').text, 'text');
  sendAll(system, [
    { method: 'GET', url: 'http://docker/info', unixSocket: '/run/docker.sock' },
    { method: 'GET', url: 'http://169.254.169.254/', withoutProxy: true },
  ]);
  assert.deepEqual(
    asked.map(({ environment }) => environment?.['http_proxy']),
    ['http://u:s3cret@proxy:3128', undefined, undefined],
  );
  assert.doesNotMatch(asked.map(({ argv }) => argv.join(' ')).join('\n'), /s3cret/);
});

test("the quotes of a proxy's password arrive as they were written", () => {
  const system = machine();
  writeProxyFile(system, CONFIG);
  assert.equal(proxyVariables(system)['HTTP_PROXY'], "http://u:it's@proxy:3128");
});

test('System Docker has the proxies in its own file before it starts, for root alone', () => {
  const system = machine({ '/etc/docker/system-docker.json': '{"bridge": "none"}\n' });
  writeSystemDockerOptions(system, WITH_PASSWORD);
  assert.deepEqual(JSON.parse(system.readText('/etc/docker/system-docker.json') ?? ''), {
    bridge: 'none',
    proxies: { 'http-proxy': 'http://u:s3cret@proxy:3128', 'https-proxy': 'http://proxy:3129', 'no-proxy': 'localhost' },
  });
  assert.equal(statSync(join(system.root, '/etc/docker/system-docker.json')).mode & 0o777, 0o600);
});

test('where no proxy is configured, the file of System Docker is not touched', () => {
  const system = machine({ '/etc/docker/system-docker.json': '{"bridge": "none"}\n' });
  writeSystemDockerOptions(system, {});
  assert.equal(system.readText('/etc/docker/system-docker.json'), '{"bridge": "none"}\n');
});

test('the file that all logins read is for root alone while it holds the password of a proxy', () => {
  const system = machine({ '/etc/environment': '' });
  const mode = () => statSync(join(system.root, '/etc/environment')).mode & 0o777;
  writeEnvironment(system, WITH_PASSWORD);
  assert.match(system.readText('/etc/environment') ?? '', /^http_proxy=http:\/\/u:s3cret@proxy:3128$/m);
  assert.equal(mode(), 0o600);
  writeEnvironment(system, { rancher: { network: { http_proxy: 'http://proxy:3128' } } });
  assert.equal(mode(), 0o644);
});

test('proxies that System Docker was not started with are known to be late', () => {
  const system = machine();
  assert.equal(isLateForSystemDocker(system, {}), false);
  assert.equal(isLateForSystemDocker(system, WITH_PASSWORD), true);
  beginProxies(system, WITH_PASSWORD);
  assert.equal(isLateForSystemDocker(system, WITH_PASSWORD), false);
  assert.equal(isLateForSystemDocker(system, {}), true);
});
