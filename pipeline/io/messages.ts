import type { Failure } from '../core/failure.ts';

const hint = 'Take another version of it, or make it anew.';

/** `what` names the compressed file; `most` are bytes. */
export function unpacksToTooMuch(what: string, most: number): Failure {
  return {
    kind: 'wrong-bytes',
    message: `${what} unpacks to more than ${most} bytes, far more than its size justifies.`,
    hint,
  };
}

/** `evidence` is what the decompressor says. */
export function notDecompressed(what: string, compression: string, evidence: string): Failure {
  return {
    kind: 'wrong-bytes',
    message: `${what} is damaged, cut short or packed in an unusual way: its ${compression} stream does not decompress.`,
    evidence,
    hint,
  };
}
