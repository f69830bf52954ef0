import { INIT_ARGUMENTS } from '../../../pipeline/shared/kernel-arguments.ts';
import { fit, typesOf } from './fit.ts';
import { judged } from './judge.ts';
import { JUDGEMENTS } from './judgements.ts';
import { findKey, isKnown, splitKeys } from './key-path.ts';
import { at, mergeInto, type Tree, treeOf } from './merge.ts';
import { type Finding, formatKeys, type Problem } from './problem.ts';
import { CLOUD_CONFIG, type CloudConfig } from './schema.ts';
import { valueFromText } from './value-text.ts';

/** How problems name the kernel command line. */
export const KERNEL_LINE = '/proc/cmdline';

/** The configuration on the kernel command line. */
export interface KernelLine {
  /** `rancher.…` and `cc.…` in front of `--`. */
  readonly config: CloudConfig;
  /**
   * The same after `--`, which wins. The kernel of RancherOS 1 hid these words from /proc/cmdline, so that they could be secret. Debian's kernel
   * hides nothing: every program of the machine can read them.
   */
  readonly afterDashes: CloudConfig;
  readonly problems: readonly Problem[];
}

/** Keys that may be repeated, each adding a value; of all others the last one counts. */
const ADDING = new Set(['rancher.autologin']);

/** Reads the line as the kernel does (quotes keep spaces together), and values as YAML. A key without a value is true. */
export function readKernelLine(line: string): KernelLine {
  const all = splitLine(line);
  const dashes = all.findIndex(({ text }) => text === '--');
  const before = configOf(dashes === -1 ? all : all.slice(0, dashes));
  const after = configOf(dashes === -1 ? [] : all.slice(dashes + 1));
  return { config: before.config, afterDashes: after.config, problems: [...before.problems, ...after.problems] };
}

interface Word {
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

/**
 * The kernel knows double quotes. RancherOS 1 let single quotes keep spaces together too; here they do where they enclose a whole value or an item
 * of a list, so that an apostrophe is not a quote.
 */
const WORD = /(?:"[^"]*"?|(?<=^|[\s=,[{:])'[^']*'(?=$|[\s\],}])|[^\s"])+/g;

function splitLine(line: string): readonly Word[] {
  return [...line.matchAll(WORD)].map(({ 0: text, index }) => ({
    text: text.replace(/\\(["' ])/g, '$1'),
    column: index + 1,
  }));
}

function configOf(words: readonly Word[]): { readonly config: CloudConfig; readonly problems: readonly Problem[] } {
  let tree: Tree = {};
  const problems: Problem[] = [];
  for (const { text, column } of words) {
    const setting = settingOf(text);
    if (setting === undefined) continue;
    const add = (finding: Finding) => problems.push({ ...finding, file: KERNEL_LINE, line: 1, column });
    const found = findKey(CLOUD_CONFIG, setting.keys);
    if (!isKnown(found)) {
      add(found);
      continue;
    }
    if (setting.value === undefined && !typesOf(found.schema).includes('boolean')) {
      add({ severity: 'error', path: found.path, message: `“${text}” needs a value, as in ${text}=VALUE.` });
      continue;
    }
    const { value, sourceOf, isBroken = false } = valueFromText(found.schema, setting.value ?? 'true');
    if (isBroken || text.includes('\ufffd')) {
      const error = isBroken ? 'begins as a list or a mapping and is none' : 'is not UTF-8 text';
      add({
        severity: 'error',
        path: found.path,
        message: `The value of “${formatKeys(found.path)}” ${error}; it is left out.`,
      });
      continue;
    }
    const fitted = fit(CLOUD_CONFIG, treeOf(found.path, value), (path) => sourceOf(path.slice(found.path.length)));
    const possible = judged(fitted.value, JUDGEMENTS);
    for (const finding of [...fitted.findings, ...possible.findings]) add(finding);
    tree = mergeInto(tree, added(tree, (possible.value ?? {}) as Tree, found.path));
  }
  return { config: tree as CloudConfig, problems };
}

function added(before: Tree, next: Tree, path: readonly string[]): Tree {
  if (!ADDING.has(path.join('.'))) return next;
  const values = [at(before, path) ?? [], at(next, path) ?? []].flat();
  return treeOf(path, values);
}

function settingOf(word: string): { readonly keys: readonly string[]; readonly value?: string } | undefined {
  if (INIT_ARGUMENTS.has(word.split('=', 1)[0] ?? '')) return undefined;
  // The quote may stand in front of the whole word too.
  const text = /^["'](rancher|cc)\./.test(word) ? word.slice(1).replace(/["']$/, '') : word;
  const found = /^(?:cc\.(?=.)|(?=rancher\.))((?:"[^"]*"|'[^']*'|[^="'])+)(?:=(.*))?$/s.exec(text);
  if (found === null) return undefined;
  const [, keys = '', value] = found;
  try {
    return {
      keys: splitKeys(keys),
      ...(value === undefined ? {} : { value: value.replace(/^"([^"]*)"?$|^'([^']*)'$/, '$1$2') }),
    };
  } catch {
    return { keys: [keys] };
  }
}
