import type { FileSource } from '../trees/file-source.ts';
import type { Inputs } from '../trees/job.ts';

/** A part of an input of the step. */
export interface FileSlice {
  /** Name of the input. */
  readonly input: string;
  readonly source: FileSource;
  /** Where it begins in the input, and how much it is; both in bytes. */
  readonly start: number;
  readonly size: number;
}

/** An input, all of it. */
export function wholeInput(inputs: Inputs, input: string): FileSlice {
  const source = inputs.open(input);
  return { input, source, start: 0, size: source.size };
}

/** Fills `target` with what is at `position` of the slice. */
export function fillFrom({ source, start }: FileSlice, target: Uint8Array, position: number): void {
  if (source.fill(target, start + position).length !== target.length)
    throw new Error(`${source.path} became shorter while it was read`);
}

/** Bytes that stand at an offset instead of the input's own. */
export interface Patch {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * An input as it reads with other bytes in some places, as parts one behind the other; the input itself stays as it is. The patches do not
 * overlap.
 */
export function patched(whole: FileSlice, patches: readonly Patch[]): readonly (Uint8Array | FileSlice)[] {
  const parts: (Uint8Array | FileSlice)[] = [];
  let next = 0;
  for (const { offset, bytes } of [...patches].sort((one, other) => one.offset - other.offset)) {
    if (offset > next) parts.push({ ...whole, start: whole.start + next, size: offset - next });
    parts.push(bytes);
    next = offset + bytes.length;
  }
  if (next < whole.size) parts.push({ ...whole, start: whole.start + next, size: whole.size - next });
  return parts;
}
