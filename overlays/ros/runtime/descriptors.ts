import * as os from 'os';

// Reading and writing by file descriptors, where each call says how it went. QuickJS's FILE keeps no number of an error.

/** The numbers of Linux; `os` has none of them. */
const EAGAIN = 11;
export const EPIPE = 32;
export const O_NONBLOCK = 0o4000;

/** A non-blocking descriptor of the same pipe, or undefined where there is no /proc. The given descriptor, and a child's, stay unchanged. */
export function withoutWaiting(descriptor: number, flag: number): number | undefined {
  const opened = os.open(`/proc/self/fd/${descriptor}`, flag | O_NONBLOCK);
  return opened < 0 ? undefined : opened;
}

/** Bytes on their way into a descriptor. */
export interface Feed {
  readonly descriptor: number;
  readonly bytes: Uint8Array;
  at: number;
}

/** Writes as much as goes in now: how many bytes, or the number of an error; 0 where nothing does. */
export function push(feed: Feed): { readonly written: number; readonly error?: number } {
  const { descriptor, bytes, at } = feed;
  const written = os.write(descriptor, bytes.buffer, bytes.byteOffset + at, bytes.length - at);
  if (written === -EAGAIN) return { written: 0 };
  if (written < 0) return { written: 0, error: -written };
  feed.at += written;
  return { written };
}

/** Writes all bytes, however long it takes; the number of the error that stopped it, or undefined. */
export function pushAll(descriptor: number, bytes: Uint8Array): number | undefined {
  const feed: Feed = { descriptor, bytes, at: 0 };
  while (feed.at < bytes.length) {
    const { written, error } = push(feed);
    if (error !== undefined) return error;
    if (written === 0) os.sleep(5);
  }
  return undefined;
}

/** The available bytes; undefined where there are none yet, and no bytes at the end. */
export function pull(descriptor: number): Uint8Array | undefined {
  const buffer = new Uint8Array(65_536);
  const count = os.read(descriptor, buffer.buffer, 0, buffer.length);
  if (count === -EAGAIN) return undefined;
  return buffer.subarray(0, Math.max(count, 0));
}
