import type { FileSource } from '../io/file-source.ts';
import type { Inputs } from '../io/inputs.ts';

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

/** What lies somewhere on a disk: bytes, or a part of an input. */
export type Content = Uint8Array | FileSlice;

/** Bytes of it. */
export const sizeOf = (content: Content): number => (content instanceof Uint8Array ? content.length : content.size);

/** Fills `target` with what is at `position` of the slice. */
export function fillFrom({ source, start }: FileSlice, target: Uint8Array, position: number): void {
  if (source.fill(target, start + position).length !== target.length)
    throw new Error(`${source.path} became shorter while it was read`);
}

/** Bytes that stand at an offset instead of the input's own. */
interface Patch {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * An input as it reads with other bytes in some places, one content behind the other; the input itself stays as it is. Patches that overlap
 * or leave it are a bug.
 */
export function patched(whole: FileSlice, patches: readonly Patch[]): readonly Content[] {
  const contents: Content[] = [];
  let next = 0;
  for (const { offset, bytes } of [...patches].sort((one, other) => one.offset - other.offset)) {
    if (offset < next || offset + bytes.length > whole.size)
      throw new RangeError(
        `a patch of ${bytes.length} bytes at ${offset} has no place behind ${next} of ${whole.size}`,
      );
    if (offset > next) contents.push({ ...whole, start: whole.start + next, size: offset - next });
    contents.push(bytes);
    next = offset + bytes.length;
  }
  if (next < whole.size) contents.push({ ...whole, start: whole.start + next, size: whole.size - next });
  return contents;
}
