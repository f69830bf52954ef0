import { writeFile } from '../config/files.ts';
import { loadConfig } from '../config/sources.ts';
import { readArguments, withArguments } from '../docker/arguments.ts';
import { type DaemonJson, daemonJson, dockerOptions, TLS_FOLDER } from '../docker/options.ts';
import { accepted, refusalText } from '../docker/refused.ts';
import { freeBridge } from '../network/free-bridge.ts';
import { proxyEnvironment } from '../network/proxy.ts';
import { alarm, note } from '../runtime/kernel-log.ts';
import { must } from '../runtime/run.ts';
import { shellWord } from '../runtime/shell-word.ts';
import { Failure, type System } from '../runtime/system.ts';
import { textsOf } from '../services/pairs.ts';

const SHIPPED = '/etc/docker/daemon.json';
const FOLDER = '/run/ros/docker';

/**
 * Run by the service docker before dockerd: writes below /run/ros/docker what rancher.docker makes of dockerd: its file
 * (daemon.json), and its environment and arguments as lines for a shell (start). `--defaults`: as if nothing were set,
 * for a dockerd that does not start with what is set.
 */
export function dockerConfig(system: System, args: readonly string[]): number {
  const { config } = loadConfig(system);
  const asShipped = args.includes('--defaults');
  const options = asShipped ? { ...config.rancher?.defaults?.docker } : dockerOptions(config);
  const chosen = asShipped ? { rancher: { ...config.rancher, docker: {} } } : config;
  const bridge = freeBridge(system, chosen);
  const file = options.config_file === undefined ? SHIPPED : options.config_file;
  const shipped = { ...readJson(system, SHIPPED), ...(file === SHIPPED ? {} : readJson(system, file)) };
  const { json, warnings } = daemonJson(shipped, options, bridge.bip);
  for (const text of [...bridge.warnings, ...warnings]) note(system, text);
  const { args: given = [], extra_args: further = [], tls_args: tls = [] } = options;
  const isTls = options.tls === true && json['tlsverify'] === true;
  if (isTls) {
    writeFile(system, `${TLS_FOLDER}/ca.pem`, `${options.ca_cert ?? ''}\n`);
    writeFile(system, `${TLS_FOLDER}/server-cert.pem`, `${options.server_cert ?? ''}\n`);
    writeFile(system, `${TLS_FOLDER}/server-key.pem`, `${options.server_key ?? ''}\n`);
  }
  // Arguments of RancherOS 1 name its own files of certificates; ours are in the file.
  const tlsWords = isTls ? tls.filter((word) => !/^--tls(verify|cacert|cert|key)?(=|$)/.test(word)) : [];
  // The configuration has been told of them when it was read; these words may come from elsewhere too.
  const { options: words, refused } = accepted(readArguments([...given, ...further, ...tlsWords]));
  for (const refusal of refused) note(system, refusalText('rancher.docker', refusal));
  const line = withArguments(withoutOwnPort(json, words), words);
  const environment = { ...proxyEnvironment(config), ...textsOf(options.environment) };
  if (options.userns_enabled) giveUserNumbers(system);
  // Made anew at each start, and read by nobody meanwhile: neither needs to reach a disk.
  must(system, ['mkdir', '-p', '-m', '0700', FOLDER]);
  system.writeText(`${FOLDER}/daemon.json`, `${JSON.stringify(line.json, undefined, 2)}\n`);
  const variables = Object.entries(environment).flatMap(([name, value]) => {
    if (/^[A-Za-z_]\w*$/.test(name)) return [`export ${name}=${shellWord(value)}\n`];
    alarm(system, `rancher.docker.environment: “${name}” is no name of a variable; it is left out.`);
    return [];
  });
  system.writeText(`${FOLDER}/start`, `${variables.join('')}set -- ${line.words.map(shellWord).join(' ')}\n`);
  return 0;
}

/** While System Docker is still starting nobody waits for this; the service docker does it only where it finds it not done. */
export function dockerConfigAhead(system: System): void {
  dockerConfig(system, []);
  system.writeText(`${FOLDER}/ahead`, '');
}

/** Arguments that name a place to listen on over the network stand for the usual one. */
function withoutOwnPort(json: DaemonJson, words: ReturnType<typeof readArguments>): DaemonJson {
  const listens = words.some(({ name, value = '' }) => name === 'host' && /2376$/.test(value));
  const hosts = json['hosts'];
  if (!listens || !Array.isArray(hosts)) return json;
  return { ...json, hosts: hosts.filter((host) => host !== 'tcp://0.0.0.0:2376') };
}

/** The numbers that stand for those of containers: always the same, so that images and volumes stay theirs. */
function giveUserNumbers(system: System): void {
  for (const path of ['/etc/subuid', '/etc/subgid']) {
    const text = system.readText(path) ?? '';
    if (!/^dockremap:/m.test(text)) system.writeText(path, `${text}dockremap:231072:65536\n`);
  }
}

function readJson(system: System, path: string): DaemonJson {
  const text = system.readText(path);
  if (text === undefined) {
    alarm(system, `${path} does not exist; rancher.docker.config_file is not obeyed`);
    return {};
  }
  try {
    const data: unknown = JSON.parse(text);
    if (typeof data === 'object' && data !== null && !Array.isArray(data)) return data as DaemonJson;
  } catch {
    // Told below.
  }
  if (path === SHIPPED) throw new Failure(`${path} is no JSON`);
  alarm(system, `${path} is no JSON; rancher.docker.config_file is not obeyed`);
  return {};
}
