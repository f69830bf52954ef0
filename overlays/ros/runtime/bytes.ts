import { must } from './run.ts';
import { Failure, type System } from './system.ts';

// Bytes of files and disks at any position. QuickJS hands text to its children, so bytes travel as base64.

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes of a file or disk; fails where it has fewer. For some hundred KiB at most. */
export function readBytes(
  system: System,
  path: string,
  place: { readonly offset: number; readonly length: number },
): Uint8Array {
  const script =
    'dd if="$1" bs=64K iflag=skip_bytes,count_bytes,fullblock skip="$2" count="$3" status=none | base64 -w 0';
  const text = must(system, ['sh', '-c', script, 'sh', path, String(place.offset), String(place.length)]);
  const bytes = decodeBase64(text);
  if (bytes.length !== place.length)
    throw new Failure(
      `${path} cannot be read: ${bytes.length} of ${place.length} bytes came from byte ${place.offset} on`,
    );
  return bytes;
}

/** Overwrites bytes of a file or disk in place and waits until they are there for good. */
export function writeBytes(system: System, path: string, offset: number, bytes: Uint8Array): void {
  const script =
    'base64 -d | dd of="$1" bs=64K oflag=seek_bytes seek="$2" iflag=fullblock conv=notrunc,fsync status=none';
  must(system, ['sh', '-c', script, 'sh', path, String(offset)], { stdin: encodeBase64(bytes) });
}

export function encodeBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const word = (a << 16) | (b << 8) | c;
    const digits = [word >> 18, (word >> 12) & 63, (word >> 6) & 63, word & 63]
      .map((digit) => DIGITS.charAt(digit))
      .join('');
    parts.push(at + 2 < bytes.length ? digits : `${digits.slice(0, at + 1 < bytes.length ? 3 : 2)}`.padEnd(4, '='));
  }
  return parts.join('');
}

/** Other characters are skipped. */
export function decodeBase64(text: string): Uint8Array {
  const digits = text.replace(/[^A-Za-z0-9+/]/g, '');
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let word = 0;
  let filled = 0;
  for (let at = 0; at < digits.length; at += 1) {
    word = ((word << 6) | sixBits(digits.charCodeAt(at))) & 0xff_ffff;
    const bits = ((at % 4) * 6 + 6) % 8;
    if (at % 4 > 0) {
      bytes[filled] = (word >> bits) & 0xff;
      filled += 1;
    }
  }
  return bytes;
}

function sixBits(code: number): number {
  if (code >= 97) return code - 71;
  if (code >= 65) return code - 65;
  if (code >= 48) return code + 4;
  return code === 43 ? 62 : 63;
}
