import os from 'node:os';
import path from 'node:path';
import { BuildError } from '../core/failure.ts';
import { EXECUTOR_NAMES, type ExecutorName } from '../exec/choice.ts';
import { MIRROR_VARIABLE } from '../fetch/archive-sources.ts';
import { authorizationIn } from '../fetch/http.ts';
import { shownUrl } from '../fetch/shown-url.ts';
import type { RemoteAddress } from '../remote/client.ts';
import type { CommandContext } from './command.ts';
import * as messages from './messages.ts';
import { sizeFrom } from './size-words.ts';

const DEFAULT_CACHE_MAX = '20G';

const REMOTE_CACHE_VARIABLE = 'RANCHEROS_REMOTE_CACHE';
const TOKEN_VARIABLE = 'RANCHEROS_REMOTE_CACHE_TOKEN';

/** Options that every command with a store understands. */
export const COMMON_OPTIONS = {
  cache: { type: 'string', value: 'DIR', help: 'the store (default: RANCHEROS_CACHE, else ~/.cache/rancheros)' },
  'cache-max': {
    type: 'string',
    value: 'SIZE',
    help: `what the store may take on the disk, such as 50G, or none for no limit (default: RANCHEROS_CACHE_MAX, else ${DEFAULT_CACHE_MAX}); after a build, least recently used entries are removed, down to four fifths`,
  },
  jobs: { type: 'string', value: 'N', help: 'steps at once (default: one per processor)' },
  executor: { type: 'string', value: 'NAME', help: `${EXECUTOR_NAMES.join(', ')} (default: auto)` },
  mirror: {
    type: 'string',
    value: 'URL',
    help: `Debian archive (default: ${MIRROR_VARIABLE}, else the host's apt sources, else the snapshot archive)`,
  },
  'remote-cache': {
    type: 'string',
    value: 'URL',
    help: `take results of other machines from this HTTP cache (default: ${REMOTE_CACHE_VARIABLE}); what it lacks runs here, and a release takes nothing from it; ${TOKEN_VARIABLE} holds a bearer token`,
  },
  'release-from-cache': { type: 'boolean', help: 'let a release take results of other machines too' },
  frozen: { type: 'boolean', help: 'fail when a locked package is gone everywhere, instead of resolving it again' },
  paranoid: { type: 'boolean', help: 'hash every stored file before trusting it' },
  plain: { type: 'boolean', help: 'one line per event, also on a terminal' },
  json: { type: 'boolean', help: 'one JSON object per event' },
} as const;

export interface Settings {
  /** Folder of the store, the action cache and the tool roots. */
  readonly cacheFolder: string;
  /** Bytes on the disk that the store may take after a build. */
  readonly cacheMost: number;
  readonly jobs: number;
  readonly executor: ExecutorName;
  /** Debian mirror by option or environment; the host's own are the fetcher's to find. */
  readonly mirror: string | undefined;
  /** Where results of other machines are. */
  readonly remoteCache: RemoteAddress | undefined;
  /** Whether a release may take such results. */
  readonly releaseFromCache: boolean;
  readonly frozen: boolean;
  readonly paranoid: boolean;
  readonly output: 'terminal' | 'plain' | 'json';
}

/** Settings from a command's options, else the environment, else defaults. */
export function settingsFrom(
  values: { readonly [name in keyof typeof COMMON_OPTIONS]?: string | boolean | undefined },
  context: Pick<CommandContext, 'env' | 'stdout' | 'projectFolder' | 'callerFolder'>,
): Settings {
  const text = (value: string | boolean | undefined) => (typeof value === 'string' ? value : undefined);
  const executor = text(values.executor) ?? 'auto';
  if (!isExecutorName(executor)) {
    throw new BuildError(messages.noSuchExecutor(executor, EXECUTOR_NAMES));
  }
  const jobs = text(values.jobs);
  if (jobs !== undefined && !/^[1-9]\d{0,2}$/.test(jobs)) {
    throw new BuildError(messages.notAWholeNumber('--jobs', jobs, { from: 1, to: 999 }));
  }
  return {
    // An empty variable is one that is not set.
    cacheFolder: path.resolve(
      context.callerFolder,
      text(values.cache) ?? (context.env['RANCHEROS_CACHE'] || defaultCache(context)),
    ),
    cacheMost: cacheMostFrom(text(values['cache-max']), context.env['RANCHEROS_CACHE_MAX']),
    jobs: jobs === undefined ? os.availableParallelism() : Number(jobs),
    executor,
    mirror: mirrorFrom(text(values.mirror), context.env[MIRROR_VARIABLE]),
    remoteCache: remoteCacheFrom(text(values['remote-cache']), context.env),
    releaseFromCache: values['release-from-cache'] === true,
    frozen: values.frozen === true,
    paranoid: values.paranoid === true,
    output:
      values.json === true
        ? 'json'
        : values.plain === true || context.env['CI'] || !canMoveCursor(context)
          ? 'plain'
          : 'terminal',
  };
}

/** A terminal that obeys cursor control and has columns to write in: not an editor's (TERM=dumb), nor a serial line that knows no size. */
function canMoveCursor({ stdout, env }: Pick<CommandContext, 'env' | 'stdout'>): boolean {
  return stdout.isTTY && stdout.columns > 0 && !['', 'dumb'].includes(env['TERM'] ?? '');
}

function isExecutorName(text: string): text is ExecutorName {
  return (EXECUTOR_NAMES as readonly string[]).includes(text);
}

function cacheMostFrom(option: string | undefined, variable: string | undefined): number {
  const named = option ?? (variable || DEFAULT_CACHE_MAX);
  const size = named === 'none' ? Number.POSITIVE_INFINITY : sizeFrom(named);
  if (size !== undefined) return size;
  const setting = option === undefined ? 'RANCHEROS_CACHE_MAX' : '--cache-max';
  throw new BuildError(messages.notASize(setting, named, { example: '20G', mayBeNone: true }));
}

/** The mirror that was named, if it is one: its answers cannot be wrong in a way that is told better. */
function mirrorFrom(option: string | undefined, variable: string | undefined): string | undefined {
  const named = option ?? (variable || undefined);
  if (named === undefined || webAddress(named)) return named;
  throw new BuildError(messages.notAMirror(option === undefined ? MIRROR_VARIABLE : '--mirror', shownUrl(named)));
}

/** The address without what opens it, so that this stands in no message. */
function remoteCacheFrom(option: string | undefined, env: CommandContext['env']): RemoteAddress | undefined {
  const named = option ?? (env[REMOTE_CACHE_VARIABLE] || undefined);
  if (named === undefined) return undefined;
  const url = webAddress(named);
  const setting = option === undefined ? REMOTE_CACHE_VARIABLE : '--remote-cache';
  if (!url) throw new BuildError(messages.notARemoteCache(setting, shownUrl(named)));
  const token = env[TOKEN_VARIABLE] || undefined;
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) throw new BuildError(messages.notAToken(TOKEN_VARIABLE));
  const authorization = token === undefined ? authorizationIn(named) : `Bearer ${token}`;
  return { url: shownUrl(named).replace(/\/+$/, ''), authorization };
}

function webAddress(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '' ? url : undefined;
}

/** The user's cache folder, shared by all clones; beside the project where the user has no home. Relative paths are no answer (XDG). */
function defaultCache(context: Pick<CommandContext, 'env' | 'projectFolder'>): string {
  const { HOME: home = '', XDG_CACHE_HOME: caches = '' } = context.env;
  if (path.isAbsolute(caches)) return path.join(caches, 'rancheros');
  return path.isAbsolute(home) && home !== '/' && home !== '/nonexistent'
    ? path.join(home, '.cache', 'rancheros')
    : path.join(context.projectFolder, '.cache', 'store');
}
