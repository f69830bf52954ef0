import { writeFile } from '../config/files.ts';
import type { CloudConfig } from '../config/schema.ts';
import { PROXY_FILE } from '../runtime/proxy-variables.ts';
import type { System } from '../runtime/system.ts';
import { digest } from '../services/digest.ts';

/**
 * The variables by which programs find the proxy, in both spellings, because half of them know only one. Empty where no
 * proxy is configured.
 */
export function proxyEnvironment(config: CloudConfig): Readonly<Record<string, string>> {
  const network = { ...config.rancher?.defaults?.network, ...config.rancher?.network };
  const found = {
    http_proxy: network.http_proxy,
    https_proxy: network.https_proxy,
    no_proxy: network.no_proxy,
  };
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, value]) =>
      value === undefined || value === ''
        ? []
        : [
            [name, value],
            [name.toUpperCase(), value],
          ],
    ),
  );
}

/**
 * The same as a file, for shells (`set -a; . /run/ros/proxy.env`) and for `ros` in all containers. For root only: the address of a
 * proxy may hold a password.
 */
export function writeProxyFile(system: System, config: CloudConfig): void {
  const lines = Object.entries(proxyEnvironment(config)).map(([name, value]) => `${name}=${quoted(value)}\n`);
  const text = lines.join('');
  if ((system.readText(PROXY_FILE) ?? '') === text) return;
  writeFile(system, PROXY_FILE, text);
}

const quoted = (value: string): string => `'${value.replaceAll("'", "'\\''")}'`;

/** Written before System Docker starts: a digest of the proxies that it got. */
const AT_START = '/run/ros/proxy-at-start';

const sumOf = (config: CloudConfig): string => {
  const proxies = proxyEnvironment(config);
  return Object.keys(proxies).length === 0 ? '' : digest(JSON.stringify(proxies));
};

/** For `ros early`: the proxies of this start, for programs and for `isLateForSystemDocker`. */
export function beginProxies(system: System, config: CloudConfig): void {
  writeProxyFile(system, config);
  const sum = sumOf(config);
  if (sum !== '') system.writeText(AT_START, sum);
}

/** Whether System Docker, which is PID 1 and is not started again, runs with other proxies than those that are configured now. */
export const isLateForSystemDocker = (system: System, config: CloudConfig): boolean =>
  sumOf(config) !== (system.readText(AT_START) ?? '');
