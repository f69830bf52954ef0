import type { CloudConfig, DockerOptions } from '../config/schema.ts';
import { proxyEnvironment } from '../network/proxy.ts';
import { alarm } from '../runtime/kernel-log.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { listOf } from '../services/key-value.ts';

/** PID 1 reads it. */
const FILE = '/etc/docker/system-docker.json';

const SIZE = /^[1-9][0-9]*[kmg]?$/;
const REGISTRY = /^(\d+\.\d+\.\d+\.\d+\/([12]?\d|3[0-2])|[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[1-9][0-9]{0,4})?)$/;
const MIRROR = /^https?:\/\/[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[1-9][0-9]{0,4})?\/?$/;

export interface SystemOptions {
  readonly json: Readonly<Record<string, unknown>>;
  readonly warnings: readonly string[];
}

/**
 * The file of System Docker with the changes of rancher.system_docker. System Docker is PID 1: a refused option would stop the machine, so only
 * options and values that cannot do so are accepted, and the rest is reported.
 */
export function systemOptions(shipped: Readonly<Record<string, unknown>>, options: DockerOptions): SystemOptions {
  const warnings: string[] = [];
  const json = new Map(Object.entries(shipped));
  const refuse = (key: string, why: string) => warnings.push(`rancher.system_docker.${key} is not obeyed: ${why}.`);
  const list = (key: string, name: string, given: readonly string[], form: RegExp) => {
    const right = given.filter((each) => form.test(each));
    for (const each of given) if (!form.test(each)) refuse(key, `“${each}” is not of the form that Docker wants`);
    if (right.length > 0) json.set(name, right);
  };
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) continue;
    switch (key) {
      case 'debug':
        json.set('debug', value);
        break;
      case 'insecure_registry':
        list(key, 'insecure-registries', options.insecure_registry ?? [], REGISTRY);
        break;
      case 'registry_mirror':
        list(key, 'registry-mirrors', listOf(options.registry_mirror), MIRROR);
        break;
      case 'log_opts':
        json.set('log-opts', { ...(shipped['log-opts'] as object | undefined), ...logOptions(options, refuse) });
        break;
      default:
        refuse(
          key,
          'System Docker is PID 1, and only debug, insecure_registry, registry_mirror and log_opts are safe to change',
        );
    }
  }
  return { json: Object.fromEntries(json), warnings };
}

function logOptions(options: DockerOptions, refuse: (key: string, why: string) => void): object {
  const right = Object.entries(options.log_opts ?? {}).filter(([name, value]) => {
    const isRight = name === 'max-size' ? SIZE.test(value) : name === 'max-file' && /^[1-9][0-9]?$/.test(value);
    if (!isRight) refuse(`log_opts.${name}`, 'max-size (such as 25m) and max-file (such as 2) are what may be set');
    return isRight;
  });
  return Object.fromEntries(right);
}

/** The proxies as Docker's file names them; environment variables would need another way to start PID 1, with a shell. */
function proxiesOf(config: CloudConfig): Readonly<Record<string, string>> {
  const { http_proxy, https_proxy, no_proxy } = proxyEnvironment(config);
  const named = { 'http-proxy': http_proxy, 'https-proxy': https_proxy, 'no-proxy': no_proxy };
  return Object.fromEntries(
    Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Run before System Docker starts; the file stays as it is where nothing is configured. */
export function writeSystemDockerOptions(system: System, config: CloudConfig): void {
  const options = config.rancher?.system_docker ?? {};
  const proxies = proxiesOf(config);
  if (Object.keys(options).length === 0 && Object.keys(proxies).length === 0) return;
  const shipped = JSON.parse(system.readText(FILE) ?? '{}') as Record<string, unknown>;
  const { json, warnings } = systemOptions(shipped, options);
  for (const warning of warnings) alarm(system, warning);
  const all = Object.keys(proxies).length === 0 ? json : { ...json, proxies };
  // The address of a proxy may hold a password.
  if (all !== json) run(system, ['chmod', '0600', FILE]);
  system.writeText(FILE, `${JSON.stringify(all, undefined, 2)}\n`);
}
