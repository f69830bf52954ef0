declare const guidBrand: unique symbol;

/** A GUID or UUID as text: lower-case hex digits, 8-4-4-4-12. */
export type Guid = string & { readonly [guidBrand]: true };

/** Bytes of a GUID at rest. */
export const GUID_SIZE = 16;

const PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Where each byte of the text lies on a GPT disk (UEFI 2.10, appendix A): the first three groups are little-endian numbers, the
 * rest are bytes as written.
 */
const MIXED_ENDIAN = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;

/** The GUID written as `text`, in either case. Throws a RangeError where it is none: a caller that reads outside data checks first. */
export function parseGuid(text: string): Guid {
  const lower = text.toLowerCase();
  if (!PATTERN.test(lower)) throw new RangeError(`not a GUID: ${JSON.stringify(text)}`);
  return lower as Guid;
}

/** The sixteen bytes of a GUID in the order of its text, as UUIDs lie in ext4. */
export function guidBytes(guid: Guid): Uint8Array {
  const digits = guid.replaceAll('-', '');
  return Uint8Array.from({ length: GUID_SIZE }, (_, index) =>
    Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  );
}

/** The sixteen bytes of a GUID as they lie in a partition table. */
export function encodeGuid(guid: Guid): Uint8Array {
  const bytes = guidBytes(guid);
  return Uint8Array.from(MIXED_ENDIAN, (from) => bytes[from] ?? 0);
}

/** The GUID that sixteen bytes of a partition table are. */
export function decodeGuid(bytes: Uint8Array): Guid {
  return textOf(Uint8Array.from(MIXED_ENDIAN, (from) => bytes[from] ?? 0));
}

/**
 * A GUID made of the first sixteen bytes of a digest: version 8, "custom" (RFC 9562 §5.8), like version 5 but of any hash. Equal
 * digests give equal GUIDs and nothing else does, so a GUID follows from contents and two releases never share one.
 */
export function guidFromDigest(digest: Uint8Array): Guid {
  if (digest.length < GUID_SIZE) throw new RangeError(`a digest of ${digest.length} bytes is too short for a GUID`);
  const bytes = digest.slice(0, GUID_SIZE);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return textOf(bytes);
}

function textOf(bytes: Uint8Array): Guid {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return parseGuid([hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-'));
}
