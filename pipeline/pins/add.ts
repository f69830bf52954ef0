import { readFile } from 'node:fs/promises';
import { isScalar, isSeq, parseDocument, type Scalar, type YAMLSeq } from 'yaml';
import { nearestName } from '../config/nearest-name.ts';
import { BuildError } from '../core/failure.ts';
import { type PinsOptions, pinsFiles } from './context.ts';
import { noSetToAddTo } from './messages.ts';
import { loadPackageRequest } from './request.ts';
import { type PinsUpdate, updatePins } from './update.ts';

export interface AddOptions extends PinsOptions {
  /** Names of packages, also with an architecture such as `grub-pc-bin [amd64]`. */
  readonly names: readonly string[];
  /** The set of `packages.yaml` that gets them. */
  readonly set: string;
}

/**
 * Adds packages to a set of `targets/packages.yaml` and locks them with what they need. Every other package keeps its version, unless
 * nothing resolves otherwise. Nothing is written where that fails, or where scripts are not acknowledged yet.
 */
export async function addPackages({ names, set, ...options }: AddOptions): Promise<PinsUpdate> {
  const { request } = pinsFiles(options.projectFolder);
  const { data } = await loadPackageRequest(request);
  const known = data.sets[set]?.packages;
  if (!known) {
    const sets = Object.keys(data.sets);
    throw new BuildError(noSetToAddTo({ file: request.shownAs }, set, sets, nearestName(set, sets)));
  }
  const fresh = names.filter((name) => !known.includes(name));
  const text = fresh.reduce(
    (before, name) => withPackage(before, ['sets', set, 'packages'], name),
    await readFile(request.file, 'utf8'),
  );
  return updatePins({ ...options, moves: [], request: text });
}

/** A text with one more package in the list below some keys, which has one already, and nothing else changed. */
export function withPackage(text: string, keys: readonly string[], name: string): string {
  const list = parseDocument(text).getIn(keys, true);
  if (!isSeq(list)) throw new RangeError(`${keys.join('.')} is no list`);
  const valueEnd = itemBefore(list, name)?.range?.[1];
  if (valueEnd === undefined) throw new RangeError(`the items of ${keys.join('.')} have no place`);
  if (list.flow === true) {
    const item = name.includes(' ') ? JSON.stringify(name) : name;
    return `${text.slice(0, valueEnd)}, ${item}${text.slice(valueEnd)}`;
  }
  // A comment may follow the item on its line.
  const lineEnd = text.indexOf('\n', valueEnd);
  const end = lineEnd < 0 ? text.length : lineEnd;
  const lineStart = text.lastIndexOf('\n', valueEnd - 1) + 1;
  const indent = /^ */.exec(text.slice(lineStart))?.[0] ?? '';
  return `${text.slice(0, end)}\n${indent}- ${name}${text.slice(end)}`;
}

/** Lists are sorted: the last item before the new one, or the first where it would be the first itself. */
function itemBefore(list: YAMLSeq, name: string): Scalar | undefined {
  const items = list.items.filter(isScalar);
  return items.filter(({ value }) => String(value) < name).at(-1) ?? items[0];
}
