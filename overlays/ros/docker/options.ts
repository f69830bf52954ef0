import type { CloudConfig, DockerOptions } from '../config/schema.ts';
import { listOf } from '../services/key-value.ts';

/** dockerd's own file of options, by key. */
export type DaemonJson = Readonly<Record<string, unknown>>;

/** Where the certificates of the configuration are put for dockerd. */
export const TLS_FOLDER = '/run/ros/docker/tls';
export const SOCKET = 'unix:///run/docker.sock';

/** Options of the user's Docker: rancher.docker over the release's defaults. */
export function dockerOptions(config: CloudConfig): DockerOptions {
  return { ...config.rancher?.defaults?.docker, ...config.rancher?.docker };
}

/** Options of rancher.docker that simply are keys of dockerd's file. */
const SAME = {
  bridge: 'bridge',
  containerd: 'containerd',
  debug: 'debug',
  exec_root: 'exec-root',
  graph: 'data-root',
  group: 'group',
  insecure_registry: 'insecure-registries',
  live_restore: 'live-restore',
  log_driver: 'log-driver',
  log_opts: 'log-opts',
  mtu: 'mtu',
  pid_file: 'pidfile',
  storage_driver: 'storage-driver',
} as const;

export interface DaemonOptions {
  readonly json: DaemonJson;
  readonly warnings: readonly string[];
}

/** The keys of rancher.docker as dockerd's file, over the release's file. `bip`: the chosen subnet. */
export function daemonJson(shipped: DaemonJson, options: DockerOptions, bip: string | undefined): DaemonOptions {
  const warnings: string[] = [];
  const json = new Map(Object.entries(shipped));
  for (const [key, name] of Object.entries(SAME)) {
    const given = options[key as keyof typeof SAME];
    const value = Array.isArray(given) ? given.filter((each) => each !== '') : given;
    if (value !== undefined && value !== '') json.set(name, value);
  }
  if (options.log_driver !== undefined && options.log_driver !== 'json-file' && options.log_opts === undefined)
    json.delete('log-opts');
  // A bridge in the user's file has precedence over the chosen one.
  const isSaid = options.bip === undefined && (json.has('bip') || json.has('bridge'));
  if (bip !== undefined && options.bridge === undefined && !isSaid) json.set('bip', bip);
  if (options.bridge !== undefined && options.bip !== undefined)
    warnings.push('rancher.docker.bip has no effect beside rancher.docker.bridge: that bridge has an address already.');
  const mirrors = listOf(options.registry_mirror).filter((mirror) => mirror !== '');
  if (mirrors.length > 0) json.set('registry-mirrors', mirrors);
  const pools = (options.default_address_pools ?? []).flatMap((pool) => {
    const [, base = '', size = ''] = /^(?:base=)?([0-9a-fA-F.:]+\/\d+),(?:size=)?(\d+)$/.exec(pool) ?? [];
    return base === '' ? [] : [{ base, size: Number(size) }];
  });
  if (pools.length > 0) json.set('default-address-pools', pools);
  if (options.userns_enabled) json.set('userns-remap', 'default');
  const hosts = listOf(options.host).map(hostOf);
  const inFile = json.get('hosts');
  const before = Array.isArray(inFile) ? inFile.map(String).map(hostOf) : [];
  json.set('hosts', [...new Set([SOCKET, ...before, ...hosts])]);
  if (options.tls) addTls(json, options, warnings);
  return { json: Object.fromEntries(json), warnings };
}

/** A place to listen on, by one name: /var/run is /run. */
export const hostOf = (host: string): string => host.replace(/^unix:\/\/\/var\/run\//, 'unix:///run/');

function addTls(json: Map<string, unknown>, options: DockerOptions, warnings: string[]): void {
  if (!options.ca_cert || !options.server_cert || !options.server_key) {
    warnings.push(
      'rancher.docker.tls is true, but there is no certificate for this machine, so nobody can connect over the network: ' +
        'run “sudo ros tls generate --server -H NAME”, then “sudo ros service restart docker”.',
    );
    json.set(
      'hosts',
      (json.get('hosts') as readonly string[]).filter((host) => host.startsWith('unix://')),
    );
    return;
  }
  json.set('tlsverify', true);
  json.set('tlscacert', `${TLS_FOLDER}/ca.pem`);
  json.set('tlscert', `${TLS_FOLDER}/server-cert.pem`);
  json.set('tlskey', `${TLS_FOLDER}/server-key.pem`);
  const hosts = json.get('hosts') as readonly string[];
  if (!hosts.some((host) => host.startsWith('tcp://'))) json.set('hosts', [...hosts, 'tcp://0.0.0.0:2376']);
}
