/** The UTF-8 bytes of a text; QuickJS has no TextEncoder. A lone surrogate becomes U+FFFD. */
export function utf8Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8Length(text));
  let at = 0;
  for (let index = 0; index < text.length; index += 1) {
    let code = text.charCodeAt(index);
    if (code < 0x80) {
      bytes[at++] = code;
      continue;
    }
    if (isPair(text, index)) {
      code = text.codePointAt(index) ?? UNKNOWN;
      index += 1;
    } else if (isHalf(code)) code = UNKNOWN;
    const further = code < 0x800 ? 1 : code < 0x1_0000 ? 2 : 3;
    bytes[at++] = (LEADS[further] ?? 0) | (code >> (6 * further));
    for (let left = further - 1; left >= 0; left -= 1) bytes[at++] = 0x80 | ((code >> (6 * left)) & 0x3f);
  }
  return bytes;
}

/** How many bytes a text has in UTF-8. */
export function utf8Length(text: string): number {
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x80) length += 1;
    else if (code < 0x800) length += 2;
    else if (isPair(text, index)) {
      length += 4;
      index += 1;
    } else length += 3;
  }
  return length;
}

/** The text of UTF-8 bytes; each invalid byte becomes U+FFFD. */
export function utf8Text(bytes: Uint8Array): string {
  const parts: string[] = [];
  let codes: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { code, length } = pointAt(bytes, at);
    codes.push(code);
    at += length;
    if (codes.length < 4096 && at < bytes.length) continue;
    parts.push(String.fromCodePoint(...codes));
    codes = [];
  }
  return parts.join('');
}

const UNKNOWN = 0xfffd;
/** The leading bits of a character's first byte, by the number of following bytes. */
const LEADS = [0, 0xc0, 0xe0, 0xf0];
/** The least code that needs so many further bytes. */
const LEAST = [0, 0x80, 0x800, 0x1_0000];

const isHalf = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;

function isPair(text: string, index: number): boolean {
  const [high, low] = [text.charCodeAt(index), text.charCodeAt(index + 1)];
  return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
}

function pointAt(bytes: Uint8Array, at: number): { readonly code: number; readonly length: number } {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return { code: first, length: 1 };
  const further = first >= 0xf8 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
  let code = further === 0 ? UNKNOWN : first & (0x3f >> further);
  for (let index = 1; index <= further; index += 1) {
    const next = bytes[at + index] ?? 0;
    if ((next & 0xc0) !== 0x80) return { code: UNKNOWN, length: 1 };
    code = (code << 6) | (next & 0x3f);
  }
  const isWrong = further === 0 || code < (LEAST[further] ?? 0) || code > 0x10_ffff || isHalf(code);
  return isWrong ? { code: UNKNOWN, length: 1 } : { code, length: further + 1 };
}
