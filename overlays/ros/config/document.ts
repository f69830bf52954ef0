import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Tags,
  visit,
  type YAMLMap,
} from 'yaml';
import { BINARY } from './binary.ts';
import type { Path, Problem } from './problem.ts';
import type { Look } from './salvage.ts';

/** Larger files are refused: a few KiB are usual, and a slow machine reads them all at every start. */
export const MAX_CHARACTERS = 256 * 1024;

/** Enough of a file to see that it is too large: a character has at most four bytes. */
export const MAX_BYTES = 4 * (MAX_CHARACTERS + 1);

/** The parser's own search for double keys takes quadratic time. Only as errors would it not write to the terminal. */
export const PARSING = {
  uniqueKeys: false,
  merge: true,
  prettyErrors: false,
  logLevel: 'error',
  customTags: (tags: Tags): Tags => [...tags.map(withSource), BINARY],
} as const;

/** A number that was not changed is written as it was: for a key that takes text, 010 and 10 are two values. */
function withSource(tag: Tags[number]): Tags[number] {
  if (typeof tag === 'string' || !/:(int|float)$/.test(tag.tag) || tag.collection !== undefined) return tag;
  const { test, stringify, resolve } = tag;
  if (test === undefined || stringify === undefined) return tag;
  return {
    ...tag,
    stringify(item, ...rest) {
      const { source } = item;
      const isSame = source !== undefined && test.test(source) && resolve(source, () => undefined, {}) === item.value;
      return isSame ? source : stringify(item, ...rest);
    },
  };
}

/** A few aliases of a few lines each can name more than a machine has memory for. */
export const TO_JS = { maxAliasCount: 100 } as const;

/** More problems than that in one file are counted, not listed. */
export const MOST_PROBLEMS = 100;

/** YAML that was read, and where in it everything stands. */
export interface YamlText {
  readonly file: string;
  readonly document: Document;
  /** Undefined where the text is not YAML. */
  readonly data: unknown;
  /** Errors of the text as YAML. */
  readonly problems: readonly Problem[];
  readonly isBroken: boolean;
  place(path: Path): Pick<Problem, 'file' | 'line' | 'column'>;
  /** A scalar as it was written. */
  source(path: Path): string | undefined;
}

/** Reads YAML 1.2 with the merge keys of 1.1. Errors are in `problems`; nothing is thrown. */
export function readYaml(given: string, file: string): YamlText {
  const text = given.replace(/^\uFEFF/, '').replace(/\r(?!\n)/g, '\n');
  const lines = new LineCounter();
  const tooLong = text.length > MAX_CHARACTERS;
  const parsed = guarded(() => parseDocument(tooLong ? '' : text, { ...PARSING, lineCounter: lines }));
  const document = parsed.value ?? parseDocument('');
  const placeAt = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems: Problem[] = [];
  const add = (offset: number, message: string, severity: Problem['severity'] = 'error') =>
    problems.length < MOST_PROBLEMS && problems.push({ ...placeAt(offset), severity, path: [], message });

  if (tooLong) add(0, `The text has more than ${MAX_CHARACTERS} characters; it is not read.`);
  if (parsed.error !== undefined) add(0, `This YAML cannot be read: ${parsed.error}.`);
  const isFurther = ({ code }: { readonly code: string }) => code === 'MULTIPLE_DOCS';
  for (const error of document.errors)
    if (!isFurther(error)) add(error.pos[0], `This is not YAML: ${sentencePart(error.message)}.`);
  const isParsed = problems.length === 0;
  const converted = guarded(() => (isParsed ? (document.toJS(TO_JS) as unknown) : undefined));
  if (converted.error !== undefined) {
    const [place = 0] = guarded(() => namesOfNothing(document)).value ?? [];
    const hint = converted.error.startsWith('Unresolved alias') ? ' A text that begins with * needs quotes.' : '';
    add(place, `This YAML cannot be read: ${converted.error}.${hint}`);
  }
  const isBroken = problems.length > 0;
  for (const error of document.errors)
    if (isFurther(error)) add(error.pos[0], 'A second document begins here; only the first one counts.');
  const unreadable = text.indexOf('\ufffd');
  if (unreadable !== -1)
    add(unreadable, 'This line is not UTF-8 text, so its letters cannot be told: save the file as UTF-8.');
  for (const warning of document.warnings)
    add(warning.pos[0], `${sentencePart(warning.message)}: it is taken without its tag.`, 'warning');
  if (!isBroken)
    guarded(() =>
      addDoubleKeys(document.contents, (offset, key) =>
        add(offset, `The key “${key}” stands here twice; the last one counts.`, 'warning'),
      ),
    );

  const nodeAt = nodeFinder(document);
  return {
    file,
    document,
    data: converted.value,
    problems,
    isBroken,
    place: (path) => placeAt(offsetOf(document, path)),
    source(path) {
      const node = guarded(() => nodeAt(path)).value;
      return isScalar(node) ? node.source : undefined;
    },
  };
}

/** How many errors a text has as YAML, where the first one is, and whether it is a mapping. */
export function lookAt(text: string): Look {
  const lines = new LineCounter();
  const document = guarded(() => parseDocument(text, { ...PARSING, lineCounter: lines })).value;
  if (document === undefined) return { errors: Number.POSITIVE_INFINITY, isYaml: false, line: 1, isMapping: false };
  const errors = document.errors.flatMap(({ code, pos }) => (code === 'MULTIPLE_DOCS' ? [] : [pos[0]]));
  const isMapping = document.contents === null || isMap(document.contents);
  const isYaml = errors.length === 0;
  errors.push(...(guarded(() => namesOfNothing(document)).value ?? []));
  return { errors: errors.length, isYaml, line: lines.linePos(errors[0] ?? 0).line, isMapping };
}

/** Where an alias names nothing (`*.example.com` without quotes), or `<<` something that is no mapping: the text could not be converted. */
function namesOfNothing(document: Document): readonly number[] {
  const found: number[] = [];
  const anchors = new Map<string, unknown>();
  const target = (node: unknown): unknown => (isAlias(node) ? anchors.get(node.source) : node);
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        if (!anchors.has(node.source)) found.push(startOf(node) ?? 0);
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
    Pair(_, { key, value }) {
      if (!isMergeKey(key) || (isAlias(value) && !anchors.has(value.source))) return;
      const from = target(value);
      if (!(isSeq(from) ? from.items : [from]).every((each) => isMap(target(each)))) found.push(startOf(key) ?? 0);
    },
  });
  return found;
}

/** Deep nesting overflows the stack, and too many aliases are refused; both are the file's fault. */
function guarded<T>(work: () => T): { readonly value?: T; readonly error?: string } {
  try {
    return { value: work() };
  } catch (error) {
    return { error: sentencePart(error instanceof Error ? error.message : String(error)) };
  }
}

/** Finds the node that a value came from: by way of aliases and merge keys, and of a key that stands twice the last. */
function nodeFinder(document: Document): (path: Path) => unknown {
  // A file of many keys is looked through once, not once for each of them.
  const known = new WeakMap<YAMLMap, ReadonlyMap<string, unknown>>();
  const targets = new WeakMap<Alias, unknown>();
  const targetOf = (node: unknown): unknown => {
    if (!isAlias(node)) return node;
    if (!targets.has(node)) targets.set(node, node.resolve(document));
    return targets.get(node);
  };
  const valuesOf = (map: YAMLMap): ReadonlyMap<string, unknown> => {
    const before = known.get(map);
    if (before !== undefined) return before;
    const merged: (readonly [string, unknown])[] = [];
    const own: (readonly [string, unknown])[] = [];
    known.set(map, new Map());
    for (const { key, value } of map.items) {
      const name = keyText(key);
      if (isMergeKey(key)) {
        const from = targetOf(value);
        // Of several the first one counts.
        for (const each of (isSeq(from) ? from.items : [from]).map(targetOf).reverse())
          if (isMap(each)) merged.push(...valuesOf(each));
      } else if (name !== undefined) own.push([name, value]);
    }
    const values = new Map([...merged, ...own]);
    known.set(map, values);
    return values;
  };
  return (path) => {
    let node: unknown = document.contents;
    for (const step of path) {
      const here = targetOf(node);
      if (!isCollection(here)) return undefined;
      node = isMap(here) ? valuesOf(here).get(String(step)) : here.items[Number(step)];
    }
    return targetOf(node);
  };
}

/** `<<`, which takes in another mapping. */
export const isMergeKey = (key: unknown): boolean =>
  isScalar(key) && (key.value === '<<' || typeof key.value === 'symbol') && key.type === 'PLAIN';

/** Offset of the last key on the path that exists, or of the item in a list. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (!isCollection(node)) break;
    if (isMap(node)) {
      const pair = node.items.findLast(({ key }) => keyText(key) === String(step));
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    }
  }
  return offset;
}

function addDoubleKeys(node: unknown, add: (offset: number, key: string) => void): void {
  if (!isCollection(node)) return;
  const seen = new Set<string>();
  for (const item of node.items) {
    if (isNode(item)) {
      addDoubleKeys(item, add);
      continue;
    }
    const { key, value } = item as { readonly key: unknown; readonly value: unknown };
    const text = keyText(key);
    // Several `<<` are as good as one with a list.
    if (text !== undefined && text !== '<<') {
      if (seen.has(text)) add(startOf(key) ?? 0, text);
      seen.add(text);
    }
    addDoubleKeys(value, add);
  }
}

function keyText(key: unknown): string | undefined {
  return isScalar(key) ? String(key.value) : undefined;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function sentencePart(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/[.:]$/, '');
}
