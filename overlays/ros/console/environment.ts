import type { CloudConfig } from '../config/schema.ts';
import { proxyEnvironment } from '../network/proxy.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { isNoPlainFile } from './login-files.ts';

const FILE = '/etc/environment';
const PROXY = /^(https?|no)_proxy$/i;

/** Variables that name the proxies, in both spellings. */
export function proxies(config: CloudConfig): Readonly<Record<string, string>> {
  const named = Object.entries(config.rancher?.environment ?? {}).filter(([name]) => PROXY.test(name));
  const both = named.flatMap(([name, value]) => [name.toLowerCase(), name.toUpperCase()].map((each) => [each, value]));
  return { ...Object.fromEntries(both), ...proxyEnvironment(config) };
}

/**
 * Writes the proxies for logins; other content of the file stays. Other variables may be secrets, and everybody can read the file, except when it
 * holds the password of a proxy: logins then get it from PAM, which is root.
 */
export function writeEnvironment(system: System, config: CloudConfig): void {
  if (isNoPlainFile(system, FILE)) throw new Failure(`${FILE} is no plain file: logins do not learn of the proxies`);
  const before = system.readText(FILE) ?? '';
  const others = before.split('\n').filter((line) => line !== '' && !PROXY.test(line.replace(/=.*/, '')));
  const lines = Object.entries(proxies(config))
    .filter(([, value]) => !/[\n\0]/.test(value))
    .map(([name, value]) => `${name}=${value}`);
  const text = [...others, ...lines].map((line) => `${line}\n`).join('');
  if (text === before) return;
  const hasPassword = lines.some((line) => /=(?:\w+:\/\/)?[^/@]*:[^/@]*@/.test(line));
  // No reader may see a password while the file is written.
  run(system, ['sh', '-c', '(umask 077 && : >>"$1") && chmod 0600 "$1"', 'ros', FILE]);
  system.writeText(FILE, text);
  if (!hasPassword) run(system, ['chmod', '0644', FILE]);
}
