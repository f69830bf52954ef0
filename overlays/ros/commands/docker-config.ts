import { writeFile } from '../config/files.ts';
import { loadConfig } from '../config/sources.ts';
import { readArguments, withArguments } from '../docker/arguments.ts';
import { daemonFiles, shippedOptions } from '../docker/daemon-files.ts';
import { dockerMachineArguments } from '../docker/docker-machine.ts';
import { withoutOpenPort } from '../docker/open-port.ts';
import { type DaemonJson, daemonJson, dockerOptions, TLS_FOLDER } from '../docker/options.ts';
import { accepted, refusalText } from '../docker/refused-options.ts';
import {
  fewestOptions,
  ONLY_PROTECTED,
  type Validated,
  validatedOptions,
  validator,
} from '../docker/validated-options.ts';
import { waitsForConsole } from '../docker/waits-for-console.ts';
import { freeBridge } from '../network/free-bridge.ts';
import { proxyEnvironment } from '../network/proxy.ts';
import { alarm, note } from '../runtime/kernel-log.ts';
import { must } from '../runtime/run.ts';
import { shellWord } from '../runtime/shell-word.ts';
import type { System } from '../runtime/system.ts';
import { textsOf } from '../services/key-value.ts';

const FOLDER = '/run/ros/docker';
const CLOSED =
  'Docker does not listen over the network: one of its options was left out, and nobody would be asked for a certificate. ' +
  'Correct that option, then “sudo ros service restart docker”.';
/** Exists where Docker waits for mounts and files of the console. */
const WAITS = `${FOLDER}/waits`;

/**
 * Run by the service docker before dockerd, on the console's file system. Translates rancher.docker to files below /run/ros/docker: dockerd's
 * configuration (daemon.json), the one for the time in which it moves to another console and the one after it (following.json, settled.json), its
 * environment and arguments as lines for a shell (start), and a mark if it must wait for the console's mounts and files (waits). `--validated`, for
 * a dockerd that ended soon after its start: without the options that it refuses. `--fewest`, for one that ends for other reasons: with only the
 * options that protect data and access.
 */
export function dockerConfig(system: System, args: readonly string[]): number {
  const { config } = loadConfig(system);
  const options = dockerOptions(config);
  const bridge = freeBridge(system, config);
  const base = shippedOptions(system);
  const files = daemonFiles(system, options.config_file);
  const { json, warnings } = daemonJson(files.json, options, bridge.bip);
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
  // Problems of the configuration were reported when it was read; these values may come from elsewhere too.
  const { options: words, refused } = accepted(
    readArguments([...given, ...further, ...tlsWords, ...dockerMachineArguments(system)]),
  );
  for (const refusal of refused) note(system, refusalText('rancher.docker', refusal));
  const file = withoutOwnPort(json, words);
  // Made anew at each start and not read before it is complete, so nothing needs to be synced.
  must(system, ['mkdir', '-p', '-m', '0700', FOLDER]);
  const choose = (): Validated => {
    if (args.includes('--validated')) return validatedOptions(base, file, words, validator(system, FOLDER));
    if (!args.includes('--fewest')) return { line: withArguments(file, words), problems: [] };
    return {
      line: fewestOptions(base, file, words),
      problems: [`Docker died three times; ${ONLY_PROTECTED}. See: ros service logs docker`],
    };
  };
  const chosen = choose();
  for (const problem of chosen.problems) alarm(system, problem);
  const isWhole = files.isWhole && refused.length === 0 && chosen.problems.length === 0;
  const line = isWhole ? chosen.line : withoutOpenPort(chosen.line);
  if (line !== chosen.line) alarm(system, CLOSED);
  const environment = { ...proxyEnvironment(config), ...textsOf(options.environment) };
  if (options.userns_enabled) giveUserNumbers(system);
  system.writeText(`${FOLDER}/daemon.json`, jsonText(line.json));
  // An argument and a key of the file about the same would be refused. A key that is not there changes nothing when dockerd reads its file anew.
  const isSaid = line.words.some((word) => word.startsWith('--live-restore'));
  const withLiveRestore = (value: unknown) => jsonText(isSaid ? line.json : { ...line.json, 'live-restore': value });
  system.writeText(`${FOLDER}/following.json`, withLiveRestore(true));
  system.writeText(`${FOLDER}/settled.json`, withLiveRestore(line.json['live-restore'] ?? false));
  const variables = Object.entries(environment).flatMap(([name, value]) => {
    if (/^[A-Za-z_]\w*$/.test(name)) return [`export ${name}=${shellWord(value)}\n`];
    alarm(system, `rancher.docker.environment: “${name}” is no name of a variable; it is left out.`);
    return [];
  });
  system.writeText(`${FOLDER}/start`, `${variables.join('')}set -- ${line.words.map(shellWord).join(' ')}\n`);
  if (waitsForConsole(config)) system.writeText(WAITS, '');
  else if (system.readText(WAITS) !== undefined) must(system, ['rm', '-f', WAITS]);
  return 0;
}

const jsonText = (json: DaemonJson): string => `${JSON.stringify(json, undefined, 2)}\n`;

/** Runs ahead, while System Docker is still starting; the service docker does it only where it was not done. */
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
