import { createReadStream } from 'node:fs';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import type { BootMedium } from '../../pipeline/emulator/machine.ts';
import { CARD_ALIGNMENT } from '../../pipeline/formats/card-layout.ts';
import { MIB } from '../../pipeline/formats/sector.ts';
import { readZip } from '../../pipeline/formats/zip-reader.ts';
import { FileSource } from '../../pipeline/io/file-source.ts';
import { SparseFile } from '../../pipeline/io/sparse-file.ts';
import type { FolderContent } from './boot-case.ts';
import { oracleOutput } from './tools.ts';

/** A card as somebody writes it and puts it into a Raspberry Pi. */
export interface CaseCard {
  /** Size of the card: QEMU takes powers of two. */
  readonly mebibytes: number;
  /** What its owner puts on the first partition beforehand. */
  readonly files?: FolderContent;
}

export interface InsertedCard {
  /** The raw image. */
  readonly file: string;
  /** Starts what the firmware would have started; `append` stands behind the card's own command line. */
  readonly boot: (append: string) => BootMedium;
}

/** Device tree of the one board that QEMU plays. */
const DEVICE_TREE = 'bcm2837-rpi-3-b.dtb';

/** Unpacks the published ZIP to a card, and takes out of its FAT what the firmware would load, which QEMU does not have. */
export async function insertCard(zip: string, card: CaseCard, folder: string): Promise<InsertedCard> {
  const file = join(folder, 'card.img');
  await unpack(zip, file);
  await truncate(file, card.mebibytes * MIB);
  const fat = ['-i', `${file}@@${CARD_ALIGNMENT}`] as const;
  for (const [name, content] of Object.entries(card.files ?? {})) {
    const source = join(folder, `put-${name}`);
    await writeFile(source, content);
    await oracleOutput(['mcopy', '-o', ...fat, source, `::/${name}`]);
  }
  const take = async (name: string): Promise<string> => {
    const target = join(folder, name);
    await oracleOutput(['mcopy', '-n', ...fat, `::/${name}`, target]);
    return target;
  };
  const [kernel, initrd, deviceTree] = [await take('vmlinuz'), await take('initrd'), await take(DEVICE_TREE)];
  const commandLine = (await oracleOutput(['mtype', ...fat, '::/cmdline.txt'])).trim();
  return { file, boot: (append) => ({ type: 'kernel', kernel, initrd, deviceTree, append: `${commandLine} ${append}`.trimEnd() }) };
}

/** The only member of the ZIP, with its holes. */
export async function unpack(zip: string, file: string): Promise<void> {
  const source = new FileSource(zip);
  try {
    const { members, problems } = readZip(source);
    const [member, ...others] = members;
    if (!member || others.length > 0 || problems.length > 0) throw new Error(`${zip} is not a ZIP of one member: ${JSON.stringify(problems)}`);
    const start = member.offset + 30 + member.name.length;
    const image = new SparseFile(file, member.size);
    let position = 0;
    try {
      await pipeline(createReadStream(zip, { start, end: start + member.packedSize - 1 }), createInflateRaw({ chunkSize: MIB }), async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) {
          image.put(chunk, position);
          position += chunk.length;
        }
      });
    } finally {
      image.close();
    }
    if (position !== member.size) throw new Error(`${member.name} has ${position} bytes, not ${member.size}`);
  } finally {
    source.close();
  }
}
