import {
  Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  Pair,
  parseDocument,
  type Scalar,
  YAMLMap,
  YAMLSeq,
} from 'yaml';
import { Failure } from '../runtime/system.ts';
import { Binary } from './binary.ts';
import { isMergeKey, PARSING, TO_JS } from './document.ts';
import { isTree, type Tree } from './merge.ts';

/** A change of a document, made by the methods of the library. */
export type Edit = (document: Document) => void;

export interface Edited {
  readonly text: string;
  /** Anchors, merge keys and double keys had to go, so that the change has the effect that it should have. */
  readonly isWrittenOut: boolean;
}

/**
 * A document with a change, as text. Comments and order stay. The result is checked before it is written: where a key is duplicated, or comes from
 * an alias or `<<`, an edit in one place would change nothing, or too much.
 */
export function edited(given: { readonly document: Document; readonly data: Tree }, edit: Edit, file: string): Edited {
  // An alias of a node that contains it has no end.
  const plain = attempt(() => new Document(given.data, { ...PARSING, aliasDuplicateObjects: false })).value;
  if (plain === undefined) throw new Failure(`${file} is nested without an end; nothing was changed`);
  const wanted = attempt(() => {
    edit(plain);
    return plain.toJS() as unknown;
  });
  if (wanted.error !== undefined)
    throw new Failure(`${file} has something else where the key belongs: ${wanted.error}. Nothing was changed.`);
  const written = attempt(() => writtenOut(given.document));
  const direct = attempt(() => textOf(given.document, edit));
  if (saysWhat(direct.value, wanted.value)) return { text: direct.value ?? '', isWrittenOut: false };
  const second = attempt(() => textOf(written.value ?? plain, edit));
  if (saysWhat(second.value, wanted.value)) return { text: second.value ?? '', isWrittenOut: true };
  throw new Failure(`${file} cannot be changed by this command; edit it by hand. Nothing was changed.`);
}

function textOf(document: Document, edit: Edit): string {
  edit(document);
  return document.toString({ lineWidth: 0 });
}

function saysWhat(text: string | undefined, wanted: unknown): boolean {
  if (text === undefined) return false;
  const read = attempt(() => {
    const document = parseDocument(text, PARSING);
    return document.errors.length === 0 ? { data: document.toJS(TO_JS) as unknown } : undefined;
  });
  const data = read.value?.data;
  // Too deep to be compared is too deep to be changed.
  return read.value !== undefined && attempt(() => isSame(data ?? {}, wanted ?? {})).value === true;
}

function attempt<T>(work: () => T): { readonly value?: T; readonly error?: string } {
  try {
    return { value: work() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Whether two values are the same, in whichever order their keys stand. */
function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((each, index) => isSame(each, b[index]));
  if (isTree(a) && isTree(b) && !(a instanceof Binary)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
    );
  }
  if (a instanceof Binary && b instanceof Binary) return a.base64 === b.base64;
  return Object.is(a, b);
}

/** The same document without aliases, anchors, merge keys and double keys. Scalars stay as they were written. */
function writtenOut(document: Document): Document {
  const copy = new Document(null, PARSING);
  copy.contents = nodeWithout(document, document.contents) as Document['contents'];
  copy.commentBefore = document.commentBefore;
  copy.comment = document.comment;
  return copy;
}

function nodeWithout(document: Document, node: unknown): Node | null {
  const here = isAlias(node) ? node.resolve(document) : node;
  if (isMap(here)) return mapWithout(document, here);
  if (isSeq(here)) {
    const list = new YAMLSeq();
    list.items = here.items.map((item) => nodeWithout(document, item));
    return withComments(list, here);
  }
  if (!isScalar(here)) return null;
  const scalar = here.clone() as Scalar;
  delete scalar.anchor;
  return scalar;
}

function mapWithout(document: Document, map: YAMLMap): YAMLMap {
  const pairs = new Map<unknown, Pair>();
  const merged = new Map<unknown, Pair>();
  for (const item of map.items) {
    if (!isPair(item)) continue;
    const key = isScalar(item.key) ? item.key.value : item.key;
    if (isMergeKey(item.key)) {
      const from = isAlias(item.value) ? item.value.resolve(document) : item.value;
      for (const each of isSeq(from) ? from.items : [from]) {
        const source = nodeWithout(document, each);
        for (const pair of isMap(source) ? source.items : []) {
          const name = isScalar(pair.key) ? pair.key.value : pair.key;
          // Of several the first one counts.
          if (!merged.has(name)) merged.set(name, pair);
        }
      }
      continue;
    }
    // The last one counts, in the place of the first.
    const before = pairs.get(key)?.key;
    pairs.set(key, new Pair(before ?? nodeWithout(document, item.key), nodeWithout(document, item.value)));
  }
  const result = new YAMLMap();
  result.flow = map.flow === true;
  result.items = [...pairs.values(), ...[...merged].flatMap(([key, pair]) => (pairs.has(key) ? [] : [pair]))];
  return withComments(result, map);
}

function withComments<T extends YAMLMap | YAMLSeq>(node: T, from: YAMLMap | YAMLSeq): T {
  node.commentBefore = from.commentBefore ?? null;
  node.comment = from.comment ?? null;
  node.flow = from.flow === true;
  return node;
}
