/** What a made-up ELF file says of itself. */
export interface ElfSample {
  /** 62 is x86-64, 183 AArch64. */
  readonly machine?: number;
  /** 1 relocatable, 3 shared object. */
  readonly type?: number;
  readonly bits?: 32 | 64;
  readonly isLittle?: boolean;
  readonly interpreter?: string;
  readonly needed?: readonly string[];
  readonly runpath?: string;
  readonly rpath?: string;
  readonly soname?: string;
  /** Contents of the section `.modinfo`. */
  readonly modinfo?: string;
}

const BASE = 0x10_0000;

/** The smallest ELF file that says this, laid out by the tables of the System V gABI and not by our reader. */
export function elfOf(sample: ElfSample): Buffer {
  const { machine = 62, type = 3, bits = 64, isLittle = true, interpreter, needed = [], runpath, rpath, soname, modinfo } = sample;
  const wide = bits === 64;
  const word = wide ? 8 : 4;
  const strings = new Strings();
  const dynamic: (readonly [number, number])[] = needed.map((name) => [1, strings.add(name)]);
  if (soname !== undefined) dynamic.push([14, strings.add(soname)]);
  if (rpath !== undefined) dynamic.push([15, strings.add(rpath)]);
  if (runpath !== undefined) dynamic.push([29, strings.add(runpath)]);
  const programCount = 1 + (interpreter === undefined ? 0 : 1) + (dynamic.length > 0 ? 1 : 0);
  const headerSize = wide ? 64 : 52;
  const programSize = wide ? 56 : 32;
  const sectionSize = wide ? 64 : 40;
  const sectionNames = new Strings();
  const modinfoName = sectionNames.add('.modinfo');
  const namesName = sectionNames.add('.shstrtab');

  let end = headerSize + programCount * programSize;
  const place = (bytes: Buffer): number => {
    const at = Math.ceil(end / 8) * 8;
    pieces.push([at, bytes]);
    end = at + bytes.length;
    return at;
  };
  const pieces: [number, Buffer][] = [];
  const put = (bytes: Buffer, at: number, size: number, value: number): void => {
    if (size === 8) isLittle ? bytes.writeBigUInt64LE(BigInt(value), at) : bytes.writeBigUInt64BE(BigInt(value), at);
    else if (isLittle) bytes.writeUIntLE(value, at, size);
    else bytes.writeUIntBE(value, at, size);
  };
  const interpreterAt = interpreter === undefined ? 0 : place(Buffer.from(`${interpreter}\0`));
  const stringsAt = place(strings.bytes());
  const modinfoBytes = Buffer.from(modinfo ?? '');
  const modinfoAt = place(modinfoBytes);
  const namesAt = place(sectionNames.bytes());
  const rows = [...dynamic, [5, BASE + stringsAt] as const, [0, 0] as const];
  const table = Buffer.alloc(rows.length * 2 * word);
  for (const [row, [tag, value]] of rows.entries()) {
    put(table, row * 2 * word, word, tag);
    put(table, (row * 2 + 1) * word, word, value);
  }
  const dynamicAt = place(table);
  const sections = Buffer.alloc(3 * sectionSize);
  const section = (row: number, name: number, kind: number, offset: number, size: number): void => {
    put(sections, row * sectionSize, 4, name);
    put(sections, row * sectionSize + 4, 4, kind);
    put(sections, row * sectionSize + (wide ? 24 : 16), word, offset);
    put(sections, row * sectionSize + (wide ? 32 : 20), word, size);
  };
  section(1, modinfoName, 1, modinfoAt, modinfoBytes.length);
  section(2, namesName, 3, namesAt, sectionNames.bytes().length);
  const sectionsAt = place(sections);

  const file = Buffer.alloc(end);
  for (const [at, bytes] of pieces) bytes.copy(file, at);
  file.write('\x7fELF', 0, 'latin1');
  file[4] = wide ? 2 : 1;
  file[5] = isLittle ? 1 : 2;
  file[6] = 1;
  put(file, 16, 2, type);
  put(file, 18, 2, machine);
  put(file, wide ? 32 : 28, word, headerSize);
  put(file, wide ? 40 : 32, word, sectionsAt);
  for (const [index, value] of [headerSize, programSize, programCount, sectionSize, 3, 2].entries()) put(file, (wide ? 52 : 40) + index * 2, 2, value);
  let row = headerSize;
  const segment = (kind: number, offset: number, size: number): void => {
    put(file, row, 4, kind);
    put(file, row + (wide ? 8 : 4), word, offset);
    put(file, row + (wide ? 16 : 8), word, BASE + offset);
    put(file, row + (wide ? 32 : 16), word, size);
    row += programSize;
  };
  segment(1, 0, end);
  if (interpreter !== undefined) segment(3, interpreterAt, interpreter.length + 1);
  if (dynamic.length > 0) segment(2, dynamicAt, table.length);
  return file;
}

class Strings {
  #text = '\0';

  add(text: string): number {
    const at = this.#text.length;
    this.#text += `${text}\0`;
    return at;
  }

  bytes(): Buffer {
    return Buffer.from(this.#text, 'latin1');
  }
}
