import { writeFile } from '../config/files.ts';
import type { CloudConfig } from '../config/schema.ts';
import { ACCOUNTS, type Account } from '../console/accounts.ts';
import { readInHome, writeInHome } from '../console/home-files.ts';
import { base64 } from '../runtime/base64.ts';
import { run } from '../runtime/run.ts';
import { eachStep } from '../runtime/steps.ts';
import { Failure, type System } from '../runtime/system.ts';

/** Below a home: where Docker's client looks for them. */
const FILE = '.docker/config.json';

/** rancher.registry_auths as Docker's client needs it: other content of its file stays. */
export function clientConfig(config: CloudConfig, before: string): string | undefined {
  const accounts = Object.entries(config.rancher?.registry_auths ?? {});
  if (accounts.length === 0) return undefined;
  const found = parsed(before);
  const auths = accounts.map(([name, { username, password, auth, serveraddress, identitytoken, registrytoken }]) => [
    serveraddress || name,
    {
      auth: auth || (username === undefined ? undefined : base64(`${username}:${password ?? ''}`)),
      identitytoken,
      registrytoken,
    },
  ]);
  const merged = { ...found, auths: { ...(found['auths'] as object | undefined), ...Object.fromEntries(auths) } };
  return `${JSON.stringify(merged, undefined, 2)}\n`;
}

/** Writes it into the existing home directories of accounts that may use Docker. An error affects only one of them. */
export function writeRegistryAuths(system: System, config: CloudConfig): void {
  if (Object.keys(config.rancher?.registry_auths ?? {}).length === 0) return;
  eachStep(system, [
    () => writeForRoot(system, config),
    ...ACCOUNTS.map((each) => () => writeFor(system, config, each)),
  ]);
}

function writeForRoot(system: System, config: CloudConfig): void {
  const path = `/root/${FILE}`;
  const before = system.readText(path, MOST) ?? '';
  const text = clientConfig(config, before);
  if (text !== undefined && text !== before) writeFile(system, path, text);
}

/** With the rights of the account, because its home directory may contain links and pipes. */
function writeFor(system: System, config: CloudConfig, account: Account): void {
  const { name, home } = account;
  if (run(system, ['test', '-d', home]).status !== 0) return;
  const path = `${home}/${FILE}`;
  const before = readInHome(system, account, path);
  const stdin = clientConfig(config, before);
  if (stdin === undefined || stdin === before) return;
  const { status, stdout } = writeInHome(system, { path, owner: name, mode: '0600', stdin });
  if (status !== 0)
    throw new Failure(`rancher.registry_auths: ${path} is not written: ${stdout.trim().split('\n').at(-1) ?? ''}`);
}

/** More than this is no file of Docker's client, in characters. */
const MOST = 2 ** 20;

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
