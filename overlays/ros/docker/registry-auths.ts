import { writeFile } from '../config/files.ts';
import type { CloudConfig } from '../config/schema.ts';
import { base64 } from '../runtime/base64.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

/** Who gets the accounts: whoever may use a Docker on this machine. */
const HOMES = [
  { home: '/root', owner: '0:0' },
  { home: '/home/rancher', owner: '1100:1100' },
  { home: '/home/docker', owner: '1101:1101' },
] as const;

/** rancher.registry_auths as Docker's client wants it: what else stands in its file stays. */
export function clientConfig(config: CloudConfig, before: string): string | undefined {
  const accounts = Object.entries(config.rancher?.registry_auths ?? {});
  if (accounts.length === 0) return undefined;
  const found = parsed(before);
  const auths = accounts.map(([registry, { username, password, auth, identitytoken, registrytoken }]) => [
    registry,
    {
      auth: auth || (username === undefined ? undefined : base64(`${username}:${password ?? ''}`)),
      identitytoken,
      registrytoken,
    },
  ]);
  const merged = { ...found, auths: { ...(found['auths'] as object | undefined), ...Object.fromEntries(auths) } };
  return `${JSON.stringify(merged, undefined, 2)}\n`;
}

/** Writes it into the homes that are there. */
export function writeRegistryAuths(system: System, config: CloudConfig): void {
  if (Object.keys(config.rancher?.registry_auths ?? {}).length === 0) return;
  for (const { home, owner } of HOMES) {
    if (run(system, ['test', '-d', home]).status !== 0) continue;
    const path = `${home}/.docker/config.json`;
    const before = system.readText(path) ?? '';
    const text = clientConfig(config, before);
    if (text === undefined || text === before) continue;
    writeFile(system, path, text);
    run(system, ['chown', owner, `${home}/.docker`, path]);
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
