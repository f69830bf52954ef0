import { type Digest, isDigest } from '../core/digest.ts';
import type { ActionRecord } from '../core/ports.ts';
import type { Blob } from '../core/step.ts';

/** Goes up when the meaning of a member changes; what has another format is a miss. */
const RECORD_FORMAT = 1;

/** More than any result needs; a longer answer is not read. */
export const MOST_RECORD_BYTES = 256 * 1024;

/**
 * What lies below `/ac/`: JSON of our own instead of Bazel's ActionResult, which has no place for the key and for how the step ran. The key
 * stands in it, so that an answer to another question is told from ours.
 */
export function encodeRecord(key: Digest, { title, executor, outputs }: ActionRecord): string {
  return `${JSON.stringify({ format: RECORD_FORMAT, key, title, executor, isolated: true, outputs })}\n`;
}

/** Reads it back; undefined for anything that is not the result of an isolated step under this key. */
export function decodeRecord(key: Digest, text: string): ActionRecord | undefined {
  const stored = parsed(text);
  if (stored?.['format'] !== RECORD_FORMAT || stored['key'] !== key || stored['isolated'] !== true) return undefined;
  const { title, executor, outputs } = stored;
  if (typeof title !== 'string' || typeof executor !== 'string' || !isObject(outputs)) return undefined;
  const blobs = Object.entries(outputs).map(([name, blob]) => [name, blobOf(blob)] as const);
  if (blobs.length === 0 || blobs.some(([, blob]) => blob === undefined)) return undefined;
  return {
    title,
    executor,
    isolated: true,
    isRemote: true,
    outputs: Object.fromEntries(blobs) as { [name: string]: Blob },
  };
}

function parsed(text: string): { readonly [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function blobOf(value: unknown): Blob | undefined {
  if (!isObject(value)) return undefined;
  const { digest, size } = value;
  if (typeof digest !== 'string' || !isDigest(digest) || !Number.isSafeInteger(size) || Number(size) < 0)
    return undefined;
  return { digest, size: Number(size) };
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
