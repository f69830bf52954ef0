import type { RandomAccess } from './random-access.ts';
import { wrongBytes } from './wrong-bytes.ts';

/** What the pipeline needs to know of an ELF file (System V gABI, chapters 4 and 5). */
export interface ElfFile {
  readonly bits: 32 | 64;
  /** `e_machine`: 62 is x86-64, 183 AArch64, 3 i386, 40 Arm. */
  readonly machine: number;
  /** `e_type`: 1 relocatable (kernel modules), 2 executable, 3 shared object or position-independent executable. */
  readonly type: number;
  /** The program interpreter (PT_INTERP). */
  readonly interpreter?: string;
  /** Names of libraries it cannot run without (DT_NEEDED). */
  readonly needed: readonly string[];
  /** Folders where it looks for them; RUNPATH where there is one, else RPATH. */
  readonly searchPath: readonly string[];
  readonly soname?: string;
  readonly sections: readonly ElfSection[];
}

export interface ElfSection {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NEEDED = 1;
const DT_STRTAB = 5;
const DT_SONAME = 14;
const DT_RPATH = 15;
const DT_RUNPATH = 29;
const SHT_NOBITS = 8;
const TABLE_LIMIT = 1 << 20;
const STRING_LIMIT = 4096;

/** Whether bytes begin like an ELF file. */
export function isElf(source: RandomAccess): boolean {
  const magic = source.read(0, 4);
  return magic.length === 4 && magic[0] === 0x7f && magic[1] === 0x45 && magic[2] === 0x4c && magic[3] === 0x46;
}

/** Reads an ELF file's headers, of either width and byte order. Throws `wrong-bytes` naming `what`. */
export function readElf(source: RandomAccess, what: string): ElfFile {
  if (!isElf(source)) throw wrongBytes(`${what} is no ELF file.`);
  const ident = source.read(0, 16).slice();
  const bits = ident[4] === 2 ? 64 : 32;
  const file = new Reader(source, { bits, isLittle: ident[5] !== 2, what });
  const type = file.u16(16);
  const machine = file.u16(18);
  const wide = bits === 64;
  const programs = file.table(file.word(wide ? 32 : 28), file.u16(wide ? 54 : 42), file.u16(wide ? 56 : 44));
  const segments = programs.map((offset) => ({
    type: file.u32(offset),
    offset: file.word(offset + (wide ? 8 : 4)),
    address: file.word(offset + (wide ? 16 : 8)),
    size: file.word(offset + (wide ? 32 : 16)),
  }));
  const interpreter = segments.find((segment) => segment.type === PT_INTERP);
  const dynamic = segments.find((segment) => segment.type === PT_DYNAMIC);
  const fileOffset = (address: number): number => {
    const load = segments.find(
      (segment) => segment.type === PT_LOAD && address >= segment.address && address < segment.address + segment.size,
    );
    if (!load) throw wrongBytes(`${what} is damaged: its dynamic section points out of the file.`);
    return load.offset + address - load.address;
  };
  return {
    bits,
    machine,
    type,
    ...(interpreter ? { interpreter: file.text(interpreter.offset) } : {}),
    ...dynamicOf(file, dynamic, fileOffset),
    sections: sectionsOf(file, wide),
  };
}

function dynamicOf(
  file: Reader,
  dynamic: { readonly offset: number; readonly size: number } | undefined,
  fileOffset: (address: number) => number,
): Pick<ElfFile, 'needed' | 'searchPath' | 'soname'> {
  if (!dynamic) return { needed: [], searchPath: [] };
  const width = file.bits === 64 ? 8 : 4;
  const tags: (readonly [number, number])[] = [];
  for (let offset = dynamic.offset; offset < dynamic.offset + dynamic.size; offset += 2 * width) {
    const tag = file.word(offset);
    if (tag === 0) break;
    tags.push([tag, file.word(offset + width)]);
  }
  const strings = tags.find(([tag]) => tag === DT_STRTAB)?.[1];
  if (strings === undefined) return { needed: [], searchPath: [] };
  const base = fileOffset(strings);
  const all = (wanted: number): string[] =>
    tags.filter(([tag]) => tag === wanted).map(([, value]) => file.text(base + value));
  const runpath = all(DT_RUNPATH);
  const [soname] = all(DT_SONAME);
  return {
    needed: all(DT_NEEDED),
    searchPath: (runpath.length > 0 ? runpath : all(DT_RPATH))
      .flatMap((list) => list.split(':'))
      .filter((folder) => folder !== ''),
    ...(soname === undefined ? {} : { soname }),
  };
}

function sectionsOf(file: Reader, wide: boolean): readonly ElfSection[] {
  const headers = file.table(file.word(wide ? 40 : 32), file.u16(wide ? 58 : 46), file.u16(wide ? 60 : 48));
  const raw = headers.map((offset) => ({
    name: file.u32(offset),
    type: file.u32(offset + 4),
    offset: file.word(offset + (wide ? 24 : 16)),
    size: file.word(offset + (wide ? 32 : 20)),
  }));
  const names = raw[file.u16(wide ? 62 : 50)];
  if (!names) return [];
  return raw.map(({ name, type, offset, size }) => ({
    name: file.text(names.offset + name),
    offset,
    size: type === SHT_NOBITS ? 0 : size,
  }));
}

class Reader {
  readonly bits: 32 | 64;
  readonly #source: RandomAccess;
  readonly #isLittle: boolean;
  readonly #what: string;

  constructor(
    source: RandomAccess,
    { bits, isLittle, what }: { readonly bits: 32 | 64; readonly isLittle: boolean; readonly what: string },
  ) {
    this.#source = source;
    this.bits = bits;
    this.#isLittle = isLittle;
    this.#what = what;
  }

  u16(offset: number): number {
    return this.#view(offset, 2).getUint16(0, this.#isLittle);
  }

  u32(offset: number): number {
    return this.#view(offset, 4).getUint32(0, this.#isLittle);
  }

  /** A number as wide as the file's addresses. */
  word(offset: number): number {
    if (this.bits === 32) return this.u32(offset);
    const value = this.#view(offset, 8).getBigUint64(0, this.#isLittle);
    // Tags and addresses of honest files are small; anything larger leads out of the file anyway.
    return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
  }

  /** Offsets of the rows of a table in the file. */
  table(offset: number, rowSize: number, count: number): readonly number[] {
    if (offset === 0 || count === 0) return [];
    if (rowSize * count > TABLE_LIMIT || offset + rowSize * count > this.#source.size) throw this.#short();
    return Array.from({ length: count }, (_, row) => offset + row * rowSize);
  }

  /** Latin-1 text up to its NUL. */
  text(offset: number): string {
    const bytes = this.#source.read(offset, STRING_LIMIT);
    const end = bytes.indexOf(0);
    if (end < 0) throw this.#short();
    return String.fromCharCode(...bytes.subarray(0, end));
  }

  #view(offset: number, length: number): DataView {
    const bytes = this.#source.read(offset, length);
    if (bytes.length < length) throw this.#short();
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  #short(): Error {
    return wrongBytes(`${this.#what} is damaged or cut short: its ELF headers lead out of the file.`);
  }
}
