import { createHash } from 'node:crypto';
import { type IndexedEntry, indexTar } from '../formats/tar-index.ts';
import { FileSource } from '../io/file-source.ts';

const USTAR_OFFSET = 257;

/** The first member in which two tars differ, in the order of the first, and how; undefined where one of them is no tar. */
export function memberDifference(one: string, other: string): string | undefined {
  const [first, second] = [new FileSource(one), new FileSource(other)];
  try {
    if (!isTar(first) || !isTar(second)) return undefined;
    return tarDifference(
      { source: first, entries: indexTar(first, one) },
      { source: second, entries: indexTar(second, other) },
    );
  } finally {
    first.close();
    second.close();
  }
}

function isTar(source: FileSource): boolean {
  return Buffer.from(source.read(USTAR_OFFSET, 5)).toString('latin1') === 'ustar';
}

interface OpenTar {
  readonly source: FileSource;
  readonly entries: readonly IndexedEntry[];
}

function tarDifference(one: OpenTar, other: OpenTar): string | undefined {
  for (const [index, entry] of one.entries.entries()) {
    const twin = other.entries[index];
    if (twin?.path !== entry.path) return `${entry.path} (in its place: ${twin?.path ?? 'nothing'})`;
    const fields = differingFields(entry, twin);
    if (fields.length > 0) return `${entry.path} (${fields.join(', ')})`;
    if (contentsDigest(one.source, entry) !== contentsDigest(other.source, twin)) return `${entry.path} (its contents)`;
  }
  const more = other.entries[one.entries.length];
  return more && `${more.path} (only in the second)`;
}

function differingFields(one: IndexedEntry, other: IndexedEntry): readonly string[] {
  const [first, second] = [fieldsOf(one), fieldsOf(other)];
  return [...new Set([...first.keys(), ...second.keys()])].flatMap((name) => {
    const [was, is] = [first.get(name), second.get(name)];
    return was === is ? [] : [`${name} ${was ?? 'none'} and ${is ?? 'none'}`];
  });
}

function fieldsOf({ offset: _, ...entry }: IndexedEntry): ReadonlyMap<string, string> {
  const { mode, xattrs = {}, ...others } = entry;
  const attributes = Object.entries(xattrs).map(([name, value]): [string, string] => [
    name,
    Buffer.from(value).toString('hex'),
  ]);
  const plain = Object.entries(others).map(([name, value]): [string, string] => [name, JSON.stringify(value)]);
  return new Map([['mode', mode.toString(8)], ...plain, ...attributes]);
}

const CHUNK = 1 << 20;

function contentsDigest(source: FileSource, { offset, size }: IndexedEntry): string {
  const hash = createHash('sha256');
  for (let done = 0; done < size; done += CHUNK) hash.update(source.read(offset + done, Math.min(CHUNK, size - done)));
  return hash.digest('hex');
}
