import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { stopIfAborted } from '../../core/interrupted.ts';
import { DockerApi } from './api.ts';

/** Where the daemon listens that is not named otherwise. */
const DEFAULT_SOCKET = '/var/run/docker.sock';
const DEFAULT_CONTEXT = 'default';
/** A daemon that is there answers at once. */
const ANSWER_MILLISECONDS = 10_000;

type Environment = { readonly [name: string]: string | undefined };

/** The socket, or why there is no local one. */
type LocalSocket = { readonly socket: string } | { readonly cause: string };

/**
 * The socket of the Docker daemon that the docker command of this user would ask: DOCKER_HOST, else the context of DOCKER_CONTEXT or of the
 * user's configuration, else the usual one. A step works on files of this machine, so a daemon of another one is refused.
 */
export async function findLocalSocket(env: Environment): Promise<LocalSocket> {
  const named = env['DOCKER_HOST'];
  if (named) return local(named, 'DOCKER_HOST');
  const folder = env['DOCKER_CONFIG'] || path.join(env['HOME'] || '/nonexistent', '.docker');
  const context = env['DOCKER_CONTEXT'] || (await currentContext(folder)) || DEFAULT_CONTEXT;
  if (context === DEFAULT_CONTEXT) return { socket: DEFAULT_SOCKET };
  const host = await hostOfContext(folder, context);
  if (host === undefined) return { cause: `the Docker context "${context}" is not described in ${folder}` };
  return local(host, `the Docker context "${context}"`);
}

/** Why the daemon cannot be asked; undefined where it answers. */
export async function askDaemon(env: Environment, signal: AbortSignal): Promise<string | undefined> {
  const found = await findLocalSocket(env);
  if ('cause' in found) return found.cause;
  const api = new DockerApi(found.socket);
  const patience = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MILLISECONDS)]);
  try {
    await api.text({ method: 'GET', path: '/_ping', signal: patience });
    return undefined;
  } catch (error) {
    stopIfAborted(signal);
    return `no daemon answers at ${found.socket}: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    await api.close();
  }
}

function local(address: string, source: string): LocalSocket {
  const socket = /^unix:\/\/(\/.+)$/.exec(address)?.[1];
  return socket === undefined
    ? { cause: `${source} is ${JSON.stringify(withoutPassword(address))}, which is no local socket (unix:///…)` }
    : { socket };
}

function withoutPassword(address: string): string {
  return address.replace(/\/\/[^/]*@/, '//…@');
}

async function currentContext(folder: string): Promise<string | undefined> {
  const config = await readJson<{ readonly currentContext?: unknown }>(path.join(folder, 'config.json'));
  return typeof config?.currentContext === 'string' ? config.currentContext : undefined;
}

/** A context is kept in a directory that is named by the digest of its name (docker/cli, cli/context/store). */
async function hostOfContext(folder: string, context: string): Promise<string | undefined> {
  const name = createHash('sha256').update(context).digest('hex');
  const meta = await readJson<{ readonly Endpoints?: { readonly docker?: { readonly Host?: unknown } } }>(
    path.join(folder, 'contexts/meta', name, 'meta.json'),
  );
  const host = meta?.Endpoints?.docker?.Host;
  return typeof host === 'string' ? host : undefined;
}

async function readJson<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
