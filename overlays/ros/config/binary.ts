import type { ScalarTag } from 'yaml';
import { base64OfBytes } from '../runtime/base64.ts';
import { decodeBase64 } from '../runtime/bytes.ts';
import { utf8Bytes, utf8Text } from '../runtime/utf8.ts';
import { isTree, type Tree } from './merge.ts';

/** The value of a `!!binary`: bytes, which may be text or not. */
export class Binary {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The bytes as UTF-8, or undefined where they are something else. */
  get text(): string | undefined {
    const text = utf8Text(this.bytes);
    const back = utf8Bytes(text);
    const isText = back.length === this.bytes.length && back.every((byte, index) => byte === this.bytes[index]);
    return isText && !text.includes('\0') ? text : undefined;
  }

  get base64(): string {
    return base64OfBytes([...this.bytes].map((byte) => String.fromCharCode(byte)).join(''));
  }
}

/** Replaces the library's own tag, which needs an `atob` that QuickJS does not have. */
export const BINARY: ScalarTag = {
  identify: (value) => value instanceof Binary,
  default: false,
  tag: 'tag:yaml.org,2002:binary',
  resolve(source, onError) {
    const text = source.replace(/\s+/g, '');
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) onError('What stands behind !!binary is not base64');
    return new Binary(decodeBase64(text));
  },
  stringify: ({ source, value }) => source ?? (value instanceof Binary ? value.base64 : ''),
};

/** How bytes are to be understood, by the word in `encoding` that stood beside them. */
const AS_BASE64: Readonly<Record<string, string>> = { '': 'b64', 'text/plain': 'b64', gz: 'gz+b64', gzip: 'gz+b64' };

/** Bytes that are not text can still be the content of a file: as base64, which is how `write_files` takes bytes. */
export function withFilesAsBase64(data: unknown): unknown {
  if (!isTree(data) || !Array.isArray(data['write_files'])) return data;
  const files: readonly unknown[] = data['write_files'];
  return { ...data, write_files: files.map((file) => (isTree(file) ? asBase64(file) : file)) };
}

function asBase64(file: Tree): Tree {
  const { content, encoding } = file;
  if (!(content instanceof Binary) || content.text !== undefined) return file;
  const word = AS_BASE64[typeof encoding === 'string' ? encoding.toLowerCase() : ''];
  return word === undefined ? file : { ...file, content: content.base64, encoding: word };
}
