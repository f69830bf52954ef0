import { readFile, stat } from 'node:fs/promises';
import { Ajv, type ValidateFunction } from 'ajv';
import type { JSONSchema } from 'json-schema-to-ts';
import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { BuildError, type Failure, type Place } from '../core/failure.ts';
import * as messages from './messages.ts';
import { schemaFailure } from './schema-failure.ts';

/** Larger files are refused before parsing: the parser takes quadratic time in the number of keys. */
const MAX_BYTES = 256 * 1024;

/** So many mistakes are told; looking up the places of thousands takes longer than anybody reads. */
const MOST_FAILURES = 100;

export interface YamlFileOptions {
  /** Where the file lies. */
  readonly file: string;
  /** How places name it, e.g. relative to the top of the repository; the path itself when left out. */
  readonly shownAs?: string;
  /** Its contents, where they are to be others than those that lie there. */
  readonly text?: string | undefined;
  /** An `as const` JSON schema; a `description` is quoted in errors and should read like "a package name". */
  readonly schema: JSONSchema;
}

/** What a YAML file holds, and a way to say where a value stands in it. */
export interface YamlFile<T> {
  readonly data: T;
  /** Place of the value at a path of keys, or of the nearest enclosing one that exists. */
  place(path: readonly (string | number)[]): Place;
}

/**
 * Reads a YAML file and checks it against a schema. Throws a BuildError of kind `configuration` with one failure per
 * mistake, each with its line and column. `T` is `FromSchema<typeof schema>`, named by the caller: inferred here it is too deep
 * for the compiler.
 */
export async function loadYaml<T>(options: YamlFileOptions): Promise<YamlFile<T>> {
  const shownAs = options.shownAs ?? options.file;
  const text = options.text ?? (await readCapped(options.file, shownAs));
  // The schema has just said so.
  return (await checkYaml({ text, shownAs, schema: options.schema })) as YamlFile<T>;
}

async function checkYaml(options: {
  readonly text: string;
  readonly shownAs: string;
  readonly schema: JSONSchema;
}): Promise<YamlFile<unknown>> {
  const lines = new LineCounter();
  const document = parseDocument(options.text, {
    lineCounter: lines,
    // The library compares each key with each: a file of the allowed size would take seconds.
    uniqueKeys: false,
    version: '1.2',
    prettyErrors: false,
  });
  const placed = (offset: number) => placeAt(offset, { lines, shownAs: options.shownAs });
  // A warning is of a tag that nobody knows: its value would be taken as something that it does not say.
  const found = [...document.errors, ...document.warnings].slice(0, MOST_FAILURES);
  throwAll(found.map((error) => messages.notYaml(placed(error.pos[0]), firstLine(error.message))));
  throwAll(keysTwice(document).map((offset) => messages.keyTwice(placed(offset))));
  const data = dataOf(document, (what) => messages.notYaml(placed(0), what));
  const place = (path: readonly (string | number)[]): Place =>
    placeOf(path, { document, lines, shownAs: options.shownAs });
  throwAll(await schemaFailures({ data, schema: options.schema, place }));
  return { data, place };
}

/** The value of a document. Aliases that stand for too much are refused by the library; it throws an error of its own kind. */
function dataOf(document: Document, failure: (what: string) => Failure): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (error instanceof ReferenceError) throw new BuildError(failure(error.message), { cause: error });
    throw error;
  }
}

/** Where keys stand that their mapping has before. */
function keysTwice(document: Document): readonly number[] {
  const offsets: number[] = [];
  visit(document, {
    Map(_, { items }) {
      const known = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (known.has(key.value)) offsets.push(key.range?.[0] ?? 0);
        known.add(key.value);
      }
    },
  });
  return offsets;
}

async function readCapped(file: string, shownAs: string): Promise<string> {
  try {
    const seen = await stat(file);
    // Reading a pipe would wait for whoever writes.
    if (!seen.isFile()) throw new BuildError(messages.notAFile(shownAs, seen.isDirectory()));
    const { size } = seen;
    if (size > MAX_BYTES) throw new BuildError(messages.fileTooLarge(shownAs, size, MAX_BYTES));
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof BuildError) throw error;
    throw new BuildError(messages.fileUnreadable(shownAs, String(error)), { cause: error });
  }
}

/** Compiling takes longer than reading most files, and several have one schema. */
const validators = new WeakMap<object, ValidateFunction>();

function validatorOf(schema: Record<string, unknown>): ValidateFunction {
  const known = validators.get(schema);
  if (known) return known;
  // The schema of schemas takes longer to compile than all of ours, which the tests hold to it.
  const compiled = new Ajv({
    strict: true,
    allErrors: true,
    verbose: true,
    meta: false,
    validateSchema: false,
  }).compile(schema);
  validators.set(schema, compiled);
  return compiled;
}

async function schemaFailures(options: {
  readonly data: unknown;
  readonly schema: JSONSchema;
  readonly place: (path: readonly (string | number)[]) => Place;
}): Promise<readonly Failure[]> {
  const validate = validatorOf(options.schema as Record<string, unknown>);
  if (validate(options.data)) return [];
  const failures = new Map<string, Failure>();
  for (const error of (validate.errors ?? []).slice(0, MOST_FAILURES)) {
    const failure = schemaFailure(error, options.place);
    const { place, message } = failure;
    failures.set(`${place?.line}:${place?.column}:${message}`, failure);
  }
  return [...failures.values()].sort(
    (a, b) => (a.place?.line ?? 0) - (b.place?.line ?? 0) || (a.place?.column ?? 0) - (b.place?.column ?? 0),
  );
}

interface Placing {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly shownAs: string;
}

/** Walks down the path; the place is that of the last key, or of the item in a list. */
function placeOf(path: readonly (string | number)[], { document, lines, shownAs }: Placing): Place {
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const step of path) {
    const items = itemsOf(node);
    if (!items) break;
    if (typeof step === 'number') {
      node = items[step];
      offset = offsetOf(node) ?? offset;
    } else {
      const pair = items.find((item) => isPair(item) && keyText(item.key) === step);
      if (!isPair(pair)) break;
      node = pair.value;
      offset = offsetOf(pair.key) ?? offset;
    }
  }
  return placeAt(offset, { lines, shownAs });
}

function placeAt(offset: number, { lines, shownAs }: Pick<Placing, 'lines' | 'shownAs'>): Place {
  const { line, col } = lines.linePos(offset);
  return { file: shownAs, line: Math.max(1, line), column: Math.max(1, col) };
}

function itemsOf(node: unknown): readonly unknown[] | undefined {
  return typeof node === 'object' && node !== null && 'items' in node && Array.isArray(node.items)
    ? node.items
    : undefined;
}

function isPair(item: unknown): item is { readonly key: unknown; readonly value: unknown } {
  return typeof item === 'object' && item !== null && 'key' in item && 'value' in item;
}

function keyText(key: unknown): string | undefined {
  return typeof key === 'object' && key !== null && 'value' in key ? String(key.value) : undefined;
}

function offsetOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const [start] = node.range as readonly unknown[];
  return typeof start === 'number' ? start : undefined;
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? text).replace(/[.:]$/, '');
}

function throwAll(failures: readonly Failure[]): void {
  const [first, ...rest] = failures;
  if (first) throw new BuildError([first, ...rest]);
}
