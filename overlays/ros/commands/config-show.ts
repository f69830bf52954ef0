import { stringify } from 'yaml';
import { writeFile } from '../config/files.ts';
import { findKey, isKnown, splitKeys } from '../config/key-path.ts';
import { at, isTree, type Tree } from '../config/merge.ts';
import type { Finding } from '../config/problem.ts';
import { readCloudConfig } from '../config/read.ts';
import type { ServiceConfig } from '../config/schema.ts';
import { CLOUD_CONFIG } from '../config/schema.ts';
import { withoutSecrets } from '../config/secrets.ts';
import { joinFiles, loadConfig, readSources } from '../config/sources.ts';
import { Failure, type System } from '../runtime/system.ts';
import { textOf } from './config-input.ts';
import { type Options, UsageError } from './config-options.ts';

/** `ros config get KEY`: the value that holds, from whichever source; nothing where there is none. */
export function get(system: System, { words, flags }: Options): number {
  const [key, ...further] = words;
  if (key === undefined || further.length > 0) throw new UsageError('get takes one key, such as rancher.network.dns.');
  const found = findKey(CLOUD_CONFIG, splitKeys(key));
  if (!isKnown(found)) throw unknown(found);
  const { config, problems } = loadConfig(system);
  const value = at(config, found.path) ?? found.schema.default;
  const wrong = problems.filter(({ severity }) => severity === 'error').length;
  if (wrong > 0)
    system.complain(
      `${wrong === 1 ? 'one mistake' : `${wrong} mistakes`} in the configuration: see ros config validate --all`,
    );
  if (flags.has('json')) system.print(JSON.stringify(value ?? null, undefined, 2));
  else system.print(typeof value === 'object' ? yamlText(value) : String(value ?? ''));
  return 0;
}

export function unknown({ message, hint }: Finding): Failure {
  const sentence = message.replace(' is not known and has no effect.', ' is not known.');
  return new Failure(`${sentence}${hint === undefined ? '' : ` ${hint}`}`);
}

/** `ros config export`: the user's configuration files; all files with `--full`. */
export function exportConfig(system: System, { words, flags, values }: Options): number {
  if (words.length > 0) throw new UsageError('export takes no words.');
  const { files } = readSources(system);
  const chosen = flags.has('full') ? files : files.filter(({ by }) => by === 'user');
  const all = joinFiles(chosen).config as Tree;
  const tree = flags.has('private') ? all : withoutSecrets(CLOUD_CONFIG, all);
  const text = flags.has('json') ? JSON.stringify(tree, undefined, 2) : yamlText(tree);
  const output = values.get('output');
  if (output === undefined) system.print(text);
  else writeFile(system, output.includes('/') ? output : `./${output}`, `${text}\n`);
  return 0;
}

/** `ros config images`: the images of all services of a file, or of this machine. */
export function images(system: System, { words, flags, values }: Options): number {
  if (words.length > 0) throw new UsageError('images takes no words.');
  const input = values.get('input');
  const config = input === undefined ? loadConfig(system).config : readCloudConfig(textOf(system, input), input).config;
  const services: readonly ServiceConfig[] = Object.values(config.rancher?.services ?? {});
  const names = [...new Set(services.flatMap(({ image }) => image ?? []))].sort();
  system.print(flags.has('json') ? JSON.stringify(names, undefined, 2) : names.join(' '));
  return 0;
}

function yamlText(value: unknown): string {
  if (isTree(value) && Object.keys(value).length === 0) return '{}';
  return stringify(value, { lineWidth: 0 }).trimEnd();
}
