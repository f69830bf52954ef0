import { createHash } from 'node:crypto';

declare const digestBrand: unique symbol;

/** Identity of bytes: `sha256:` and 64 lower-case hex digits. */
export type Digest = string & { readonly [digestBrand]: true };

const DIGEST_PATTERN = /^sha256:[0-9a-f]{64}$/;

/** Tells whether a string has the shape of a digest. */
export function isDigest(text: string): text is Digest {
  return DIGEST_PATTERN.test(text);
}

/** The digest written as `text`. Throws a RangeError where it is none: a caller that reads outside data checks first. */
function parseDigest(text: string): Digest {
  if (!isDigest(text)) throw new RangeError(`not a digest: ${JSON.stringify(text)}`);
  return text;
}

/** The digest whose 64 hex digits are given. */
export function digestFromHex(hex: string): Digest {
  return parseDigest(`sha256:${hex}`);
}

/** The 64 hex digits of a digest. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** The digest of bytes or of a string's UTF-8 form. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return digestFromHex(createHash('sha256').update(bytes).digest('hex'));
}
