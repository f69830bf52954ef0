import type { RandomAccess } from '../formats/random-access.ts';
import type { FieldProblem } from '../formats/sector.ts';

/** A field of a published file that does not say what it must. */
export interface WrongField extends FieldProblem {
  /** Bytes from the start of what was read. */
  readonly offset: number;
  readonly expected: string;
  readonly found: string;
}

type Value = number | bigint | string;

/** Reads fields of a file by their offsets and collects those that are wrong. What lies behind the end reads as zeros. */
export class Fields {
  readonly source: RandomAccess;
  readonly wrong: FieldProblem[] = [];

  constructor(source: RandomAccess) {
    this.source = source;
  }

  /** A copy of so many bytes. */
  bytes(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    if (Number.isSafeInteger(offset) && offset >= 0 && offset < this.source.size)
      bytes.set(this.source.read(offset, length).subarray(0, length));
    return bytes;
  }

  text(offset: number, length: number): string {
    return String.fromCharCode(...this.bytes(offset, length));
  }

  hex(offset: number, length: number): string {
    return Array.from(this.bytes(offset, length), (byte) => byte.toString(16).padStart(2, '0')).join('');
  }

  u8(offset: number): number {
    return this.bytes(offset, 1)[0] ?? 0;
  }

  little16(offset: number): number {
    return this.#view(offset, 2).getUint16(0, true);
  }

  little32(offset: number): number {
    return this.#view(offset, 4).getUint32(0, true);
  }

  little64(offset: number): bigint {
    return this.#view(offset, 8).getBigUint64(0, true);
  }

  big32(offset: number): number {
    return this.#view(offset, 4).getUint32(0);
  }

  big64(offset: number): bigint {
    return this.#view(offset, 8).getBigUint64(0);
  }

  /** The field must have this value. Gives whether it has. */
  equal(field: string, offset: number, found: Value, expected: Value): boolean {
    return this.require(field, offset, found === expected, found, shown(expected));
  }

  /** The field must be as `expected` says in words. Gives whether it is. */
  require(field: string, offset: number, isRight: boolean, found: Value, expected: string): boolean {
    if (isRight) return true;
    const wrong: WrongField = {
      field,
      offset,
      expected,
      found: shown(found),
      message: `${field} at byte ${offset} is ${shown(found)}; right is ${expected}.`,
    };
    this.wrong.push(wrong);
    return false;
  }

  /** Takes over what another reader found in a part of this file. */
  add(part: string, problems: readonly FieldProblem[]): void {
    for (const problem of problems)
      this.wrong.push({ ...problem, field: `${part}.${problem.field}`, message: `Within ${part}: ${problem.message}` });
  }

  #view(offset: number, length: number): DataView {
    return new DataView(this.bytes(offset, length).buffer);
  }
}

function shown(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return value > 9 ? `${value} (0x${value.toString(16)})` : String(value);
}

/** A number of a file as one to calculate with: what is beyond every file stays beyond. */
export function finite(value: bigint): number {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}
