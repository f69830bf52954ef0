import type { RandomAccess } from '../../pipeline/formats/random-access.ts';
import type { Draws } from './draws.ts';

/** One way to damage a file, in words and as the damaged file. */
export interface Damage {
  readonly words: string;
  readonly damaged: RandomAccess;
}

const BLOCK = 4096;

/** Bytes of a file with others in some places, cut or with more behind it; the file itself stays. */
function overlaid(source: RandomAccess, size: number, patches: readonly { readonly at: number; readonly bytes: Uint8Array }[]): RandomAccess {
  return {
    size,
    read(position, length) {
      const out = new Uint8Array(Math.max(0, Math.min(length, size - position)));
      if (position < source.size) out.set(source.read(position, Math.min(out.length, source.size - position)));
      for (const { at, bytes } of patches) {
        const from = Math.max(position, at);
        const to = Math.min(position + out.length, at + bytes.length);
        if (from < to) out.set(bytes.subarray(from - at, to - at), from - position);
      }
      return out;
    },
  };
}

/** A place in a file: every second one near an end, where formats keep their tables. */
function place(draws: Draws, size: number): number {
  const most = Math.min(size, 2 ** 31);
  if (draws.chance(25)) return draws.below(Math.min(size, 8192));
  if (draws.chance(33)) return size - 1 - draws.below(Math.min(size, 8192));
  return Math.floor((draws.below(most) / most) * size);
}

/** A file damaged at random: a bit turned, cut, more behind it, zeros, or two blocks in each other's place. Never the same bytes. */
export function damageOf(source: RandomAccess, draws: Draws): Damage {
  const { size } = source;
  for (;;) {
    const way = draws.one(['flip', 'flip', 'flip', 'cut', 'append', 'zero', 'swap'] as const);
    if (way === 'cut') {
      const bytes = draws.one([1, 8, 512, BLOCK].filter((each) => each < size));
      return { words: `cut by ${bytes} bytes`, damaged: overlaid(source, size - bytes, []) };
    }
    if (way === 'append') {
      const bytes = draws.one([1, 512, BLOCK]);
      return { words: `${bytes} zeros behind it`, damaged: overlaid(source, size + bytes, []) };
    }
    const at = place(draws, size);
    if (way === 'flip') {
      const bit = draws.below(8);
      const bytes = source.read(at, 1).slice();
      bytes[0] = (bytes[0] ?? 0) ^ (1 << bit);
      return { words: `bit ${bit} of byte ${at} turned`, damaged: overlaid(source, size, [{ at, bytes }]) };
    }
    const length = Math.min(way === 'zero' ? 65_536 : BLOCK, size - at);
    const here = source.read(at, length).slice();
    if (way === 'zero') {
      if (here.every((byte) => byte === 0)) continue;
      return { words: `${length} bytes of zeros at ${at}`, damaged: overlaid(source, size, [{ at, bytes: new Uint8Array(length) }]) };
    }
    const other = place(draws, size - length);
    const there = source.read(other, length).slice();
    if (Math.abs(other - at) < length || Buffer.compare(here, there) === 0) continue;
    const patches = [
      { at, bytes: there },
      { at: other, bytes: here },
    ];
    return { words: `${length} bytes at ${at} and at ${other} swapped`, damaged: overlaid(source, size, patches) };
  }
}
