import { plainYaml } from '../config/plain-yaml.ts';
import { loadConfig } from '../config/sources.ts';
import { fetchText } from '../runtime/fetch-text.ts';
import { runningVersion } from '../runtime/release.ts';
import { Failure, type System } from '../runtime/system.ts';
import { type Options, UsageError } from './config-options.ts';
import { runVerb } from './help.ts';

const USAGE = `usage: ros os COMMAND

  version            the release that runs
  list [FROM]        the releases that there are, from a file or URL, else from rancher.upgrade.url`;

/** `ros os`. */
export function os(system: System, args: readonly string[]): number {
  const version = (): number => {
    system.print(runningVersion(system));
    return 0;
  };
  const verbs = { version: { run: version }, list: { taken: { flags: { u: 'update' } }, run: list } };
  const upgrade =
    'os upgrade is gone: a machine gets another release by its ISO, with “ros install” or with the same state disk';
  return runVerb(system, { name: 'os', usage: USAGE, verbs, gone: { upgrade } }, args);
}

interface Release {
  readonly version: string;
  readonly isRunning: boolean;
  readonly isLatest: boolean;
}

function list(system: System, { words, flags }: Options): number {
  if (words.length > 1) throw new UsageError('list takes one file or URL.');
  const from = words[0] ?? loadConfig(system).config.rancher?.upgrade?.url;
  if (from === undefined || from === '')
    throw new Failure('it is not known where releases are listed: set rancher.upgrade.url, or name a file or URL');
  const releases = readReleases(textFrom(system, from), from, runningVersion(system));
  if (flags.has('json')) {
    const shown = releases.map(({ version, isRunning, isLatest }) => ({
      version,
      running: isRunning,
      latest: isLatest,
    }));
    system.print(JSON.stringify(shown, undefined, 2));
    return 0;
  }
  for (const { version, isRunning, isLatest } of releases)
    system.print(`${version}${isRunning ? ' running' : ''}${isLatest ? ' latest' : ''}`);
  return 0;
}

function textFrom(system: System, from: string): string {
  if (!/^https?:\/\//.test(from)) {
    const text = system.readText(from);
    if (text === undefined) throw new Failure(`${from} cannot be read`);
    return text;
  }
  const { text, error } = fetchText(system, from);
  if (text === undefined) throw new Failure(error);
  return text;
}

/** The list as RancherOS 1 publishes it: `current: image:tag`, `available: [image:tag]`. The running release is part of it. */
export function readReleases(text: string, from: string, running: string): readonly Release[] {
  const { value: data, error } = plainYaml(text);
  if (error !== undefined) throw new Failure(`${from} ${error}`);
  const { current, available } = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  if (typeof current !== 'string' && !Array.isArray(available))
    throw new Failure(`${from} lists no releases: it has neither “current” nor “available”`);
  const versionOf = (image: unknown) => String(image).split(':').at(-1) ?? '';
  const latest = typeof current === 'string' ? versionOf(current) : undefined;
  const listed = (Array.isArray(available) ? available : []).map(versionOf);
  const all = [...new Set([...listed, ...(latest === undefined ? [] : [latest]), running])];
  return all.map((version) => ({ version, isRunning: version === running, isLatest: version === latest }));
}
