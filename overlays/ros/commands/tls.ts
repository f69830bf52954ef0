import { writeFile } from '../config/files.ts';
import type { Tree } from '../config/merge.ts';
import { nearestName } from '../config/nearest-name.ts';
import { hostnameOf, loadConfig } from '../config/sources.ts';
import { isInHome, writeInHome } from '../console/home-files.ts';
import { dockerOptions } from '../docker/options.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { makeAuthority, makeClient, makeServer, type Pair } from '../tls/certificates.ts';
import { change, layOver, withConfigLock } from './config-change.ts';

const USAGE = `usage: ros tls generate [-H NAME]... [-s] [-d FOLDER]

  -s, --server     a certificate for this machine's Docker, kept in the configuration (rancher.docker.server_cert)
                   and in /etc/docker/tls; without it, one for somebody who connects, in ~/.docker
  -H, --hostname   further names and addresses by which the machine is reached; its own are in it anyway
  -d, --dir        folder of the files instead

The authority that signs both is made at the first time and kept in rancher.docker.ca_cert and ca_key.
Then: ros config set rancher.docker.tls true, and ros service restart docker.`;

/** `ros tls generate`, the alias `gen`. */
export function tls(system: System, args: readonly string[]): number {
  const [verb = '', ...rest] = args;
  if (args.some((arg) => ['-h', '--help', 'help'].includes(arg))) {
    system.print(USAGE);
    return 0;
  }
  if (verb !== 'generate' && verb !== 'gen') {
    const near = nearestName(verb, ['generate', 'gen']);
    const hint = near === undefined ? '' : ` Did you mean ${near}?`;
    system.complain(verb === '' ? USAGE : `there is no command tls ${verb}.${hint}\n${USAGE}`);
    return 2;
  }
  const options = readTlsOptions(rest);
  if (typeof options === 'string') {
    system.complain(`tls generate: ${options}\n${USAGE}`);
    return 2;
  }
  // With the authority that it finds or makes: two at once would each make one.
  return withConfigLock(system, () => generate(system, options));
}

interface TlsOptions {
  readonly isServer: boolean;
  readonly hosts: readonly string[];
  readonly folder?: string;
}

/** The options, or an error. -H may be given several times, each with several names. */
function readTlsOptions(args: readonly string[]): TlsOptions | string {
  const hosts: string[] = [];
  let isServer = false;
  let folder: string | undefined;
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [name = '', given] = arg.split(/=(.*)/s);
    if (name === '-s' || name === '--server') {
      isServer = true;
      continue;
    }
    if (!['-H', '--hostname', '-d', '--dir'].includes(name)) return `there is no option ${arg}.`;
    const value = given ?? rest.shift();
    if (value === undefined || value === '') return `${name} needs a value.`;
    if (name === '-d' || name === '--dir') folder = value;
    else hosts.push(...value.split(','));
  }
  const wrong = hosts.find((host) => !/^[A-Za-z0-9*][A-Za-z0-9.*_-]*$|^[0-9a-fA-F:]+$/.test(host));
  if (wrong !== undefined) return `“${wrong}” is neither a name nor an address.`;
  return { isServer, hosts, ...(folder === undefined ? {} : { folder }) };
}

function generate(system: System, { isServer, hosts, folder }: TlsOptions): number {
  const { config } = loadConfig(system);
  const { ca_cert, ca_key } = dockerOptions(config);
  const known = ca_cert && ca_key ? { cert: ca_cert.trim(), key: ca_key.trim() } : undefined;
  if (known === undefined && (ca_cert || ca_key))
    throw new Failure('rancher.docker.ca_cert and ca_key belong together, but only one of them is set');
  const authority = known ?? makeAuthority(system);
  const store: Record<string, string> = known === undefined ? { ca_cert: authority.cert, ca_key: authority.key } : {};
  let pair: Pair;
  if (isServer) {
    const names = [hostnameOf(config), 'localhost', '127.0.0.1', ...ownAddresses(system)];
    pair = makeServer(system, authority, [...new Set([...hosts, ...names])]);
    Object.assign(store, { server_cert: pair.cert, server_key: pair.key });
  } else pair = makeClient(system, authority);
  if (Object.keys(store).length > 0) {
    const tree: Tree = { rancher: { docker: store } };
    change(system, (document) => layOver(document, [], tree));
  }
  const place = (folder ?? (isServer ? '/etc/docker/tls' : `${callersHome(system)}/.docker`)).replace(/\/+$/, '');
  const files = isServer
    ? { 'ca.pem': authority.cert, 'server-cert.pem': pair.cert, 'server-key.pem': pair.key }
    : { 'ca.pem': authority.cert, 'cert.pem': pair.cert, 'key.pem': pair.key };
  const base = place.includes('/') ? place : `./${place}`;
  const isNew = run(system, ['test', '-e', base]).status !== 0;
  for (const [name, text] of Object.entries(files))
    writeKey(system, `${base}/${name}`, `${text}\n`, { isServer, isNew });
  system.print(`${isServer ? 'the certificate of this machine' : 'a certificate for whoever connects'} is in ${place}`);
  return 0;
}

/** With sudo, the home directory of the calling user. */
function callersHome(system: System): string {
  const user = system.environment('SUDO_USER');
  const lines = (system.readText('/etc/passwd') ?? '').split('\n').map((line) => line.split(':'));
  const home = user === undefined ? undefined : lines.find(([name]) => name === user)?.[5];
  return home ?? system.environment('HOME') ?? '/root';
}

/**
 * With sudo, a client's files belong to the calling user. They are written by that user, so that no link in a home directory makes root write
 * elsewhere.
 */
function writeKey(
  system: System,
  path: string,
  stdin: string,
  { isServer, isNew }: { readonly isServer: boolean; readonly isNew: boolean },
): void {
  const [user, group] = [system.environment('SUDO_UID'), system.environment('SUDO_GID')];
  const owner = isServer || user === undefined || group === undefined ? undefined : `${user}:${group}`;
  const whole = path.startsWith('/') ? path : `${run(system, ['pwd']).stdout.trim()}/${path}`;
  if (!isInHome(whole)) {
    writeFile(system, path, stdin);
    const folder = isNew ? [path.replace(/\/[^/]*$/, '')] : [];
    if (owner !== undefined) run(system, ['chown', '-h', owner, ...folder, path]);
    return;
  }
  const { status, stdout } = writeInHome(system, { path: whole, owner: owner ?? 'root:root', mode: '0600', stdin });
  if (status !== 0) throw new Failure(`${path} is not written: ${stdout.trim().split('\n').at(-1) ?? ''}`);
}

/** Addresses of the machine's own interfaces, without those of Docker's bridges. */
function ownAddresses(system: System): string[] {
  const { status, stdout } = run(system, ['ip', '-j', 'address', 'show', 'scope', 'global']);
  if (status !== 0) return [];
  const links = JSON.parse(stdout || '[]') as { ifname?: string; addr_info?: { local?: string }[] }[];
  return links.flatMap(({ ifname = '', addr_info: found = [] }) =>
    /^(docker|br-|veth)/.test(ifname) ? [] : found.flatMap(({ local }) => local ?? []),
  );
}
