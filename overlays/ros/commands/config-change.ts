import { Document, isMap } from 'yaml';
import { MAX_BYTES, readYaml } from '../config/document.ts';
import { edited } from '../config/edit.ts';
import { writeFile } from '../config/files.ts';
import { fit } from '../config/fit.ts';
import { judged } from '../config/judge.ts';
import { JUDGEMENTS } from '../config/judgements.ts';
import { findKey, isKnown, splitKeys } from '../config/key-path.ts';
import { at, isTree, type Tree, treeOf } from '../config/merge.ts';
import { problemText } from '../config/problem.ts';
import { readCloudConfig } from '../config/read.ts';
import { CLOUD_CONFIG } from '../config/schema.ts';
import { CLOUD_CONFIG_FILE } from '../config/sources.ts';
import { valueFromText } from '../config/value-text.ts';
import { Failure, type System } from '../runtime/system.ts';
import { textOf } from './config-input.ts';
import { type Options, UsageError } from './config-options.ts';
import { unknown } from './config-show.ts';

/** `ros config set KEY VALUE`: writes the user's own file; the value is YAML, such as `[a, b]`. */
export function set(system: System, { words }: Options): number {
  const [key, text, ...further] = words;
  if (key === undefined || text === undefined || further.length > 0) {
    throw new UsageError('set takes a key and a value. Put quotes around a value with spaces.');
  }
  if (text.includes('\ufffd')) throw new Failure(`the value for ${key} is not UTF-8 text; nothing was changed`);
  const found = findKey(CLOUD_CONFIG, splitKeys(key));
  if (!isKnown(found)) throw unknown(found);
  const { path } = found;
  const given = valueFromText(found.schema, text);
  if (given.isBroken === true)
    throw new Failure(`the value for ${key} begins as a list or a mapping and is none; nothing was changed`);
  const { value, findings } = fit(CLOUD_CONFIG, treeOf(path, given.value), (whole) =>
    given.sourceOf(whole.slice(path.length)),
  );
  const [wrong] = findings.filter(({ severity }) => severity === 'error');
  if (wrong !== undefined) throw unknown({ ...wrong, message: wrong.message.replace('; it is left out.', '.') });
  // Values that cannot work are reported and set anyway: the file is the user's.
  for (const { message, hint = '' } of [...findings, ...judged(value, JUDGEMENTS).findings])
    system.complain(`${message} ${hint}`.trim());
  const fitting = at(value, path);
  // Nothing as a value takes the key out.
  if (fitting === undefined) change(system, (document) => document.deleteIn(path));
  else change(system, (document) => put(document, path, fitting));
  return 0;
}

/** `ros config merge`: lays a cloud-config over the user's own file, or nothing of it when there is a mistake in it. */
export function merge(system: System, { words, values }: Options): number {
  if (words.length > 0) throw new UsageError('merge takes no words; name the file with -i.');
  const input = values.get('input') ?? '-';
  const text = input === '-' ? system.readInput(MAX_BYTES) : textOf(system, input);
  const { config, problems } = readCloudConfig(text, input === '-' ? 'standard input' : input);
  for (const problem of problems) system.complain(problemText(problem));
  if (problems.some(({ severity }) => severity === 'error')) throw new Failure('nothing was merged');
  change(system, (document) => layOver(document, [], config as Tree));
  return 0;
}

/** Merges values into the user's file, key by key, so that comments and the order of existing keys stay. */
export function layOver(document: Document, path: readonly string[], tree: Tree): void {
  for (const [key, value] of Object.entries(tree)) {
    const here = [...path, key];
    if (isTree(value) && isMap(document.getIn(here, true))) layOver(document, here, value);
    else put(document, here, value);
  }
}

/** A scalar that replaces a scalar keeps the comment after it. */
function put(document: Document, path: readonly string[], value: unknown): void {
  document.setIn(path, typeof value === 'object' ? document.createNode(value) : value);
}

/** Holds a lock while the user's file is read, changed and written. */
export function withConfigLock<T>(system: System, work: () => T): T {
  const lock = {
    path: '/run/ros/config.lock',
    seconds: 60,
    busy: 'somebody else is changing the configuration; nothing was changed',
  };
  return system.withLock(lock, work);
}

/** Edits the user's file. An edit that is not possible fails, and nothing is written. */
export function change(system: System, edit: (document: Document) => void): void {
  withConfigLock(system, () => {
    const yaml = readYaml(system.readText(CLOUD_CONFIG_FILE, MAX_BYTES) ?? '', CLOUD_CONFIG_FILE);
    const { problems, data } = yaml;
    const wrong = problems.find(({ severity }) => severity === 'error');
    if (wrong !== undefined) throw new Failure(`${problemText(wrong)} Put that right first; nothing was changed.`);
    const isEmpty = data === null || data === undefined;
    if (!isEmpty && !isTree(data))
      throw new Failure(`${CLOUD_CONFIG_FILE} is no mapping of keys to values; nothing was changed.`);
    const { text, isWrittenOut } = edited(
      isEmpty ? { document: new Document({}), data: {} } : { document: yaml.document, data },
      edit,
      CLOUD_CONFIG_FILE,
    );
    writeFile(system, CLOUD_CONFIG_FILE, text);
    if (isWrittenOut)
      system.complain(
        `${CLOUD_CONFIG_FILE}: anchors, “<<” and double keys were written out, since they stood where the change belongs`,
      );
  });
}
