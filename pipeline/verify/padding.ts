import type { RandomAccess } from '../formats/random-access.ts';
import type { FieldProblem } from '../formats/sector.ts';

const CHUNK = 1 << 20;
const ZEROS = Buffer.alloc(CHUNK);

/** A file whose reader is watched: what it never read is padding, and must be zeros. */
export interface WatchedSource {
  readonly source: RandomAccess;
  /** The first byte that is not zero and that nobody read, if there is one. */
  readonly paddingProblems: () => readonly FieldProblem[];
}

/** Notes what is read of a file. */
export function watched(whole: RandomAccess): WatchedSource {
  const read: { from: number; to: number }[] = [];
  return {
    source: {
      size: whole.size,
      read(position, length) {
        const last = read.at(-1);
        if (last && position >= last.from && position <= last.to) last.to = Math.max(last.to, position + length);
        else read.push({ from: position, to: position + length });
        return whole.read(position, length);
      },
    },
    paddingProblems() {
      let next = 0;
      for (const { from, to } of [...read, { from: whole.size, to: whole.size }].sort((a, b) => a.from - b.from)) {
        const found = firstNonZero(whole, next, Math.min(from, whole.size));
        if (found !== undefined)
          return [{ field: 'padding', message: `Byte ${found} belongs to nothing and is not zero.` }];
        next = Math.max(next, to);
      }
      return [];
    },
  };
}

function firstNonZero(whole: RandomAccess, from: number, to: number): number | undefined {
  for (let at = from; at < to; at += CHUNK) {
    const bytes = whole.read(at, Math.min(CHUNK, to - at));
    if (ZEROS.compare(bytes, 0, bytes.length, 0, bytes.length) !== 0) return at + bytes.findIndex((byte) => byte !== 0);
  }
  return undefined;
}
