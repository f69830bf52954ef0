import type { RandomAccess } from '../formats/random-access.ts';
import type { FieldProblem } from '../formats/sector.ts';
import { indexTar } from '../formats/tar-index.ts';
import { Fields } from './fields.ts';
import { validateInitrd } from './initrd.ts';
import type { IsoFile } from './iso-files.ts';
import { validateArm64Image, validateBzImage } from './linux-kernel.ts';
import { duplicates } from './tar-paths.ts';

type Check = (contents: RandomAccess, hasBios: boolean) => readonly FieldProblem[];

/** By the path on the medium; the first that fits. */
const CHECKS: readonly (readonly [path: RegExp, check: Check])[] = [
  [/^boot\/vmlinuz$/, (contents, hasBios) => (hasBios ? validateBzImage(contents) : validateArm64Image(contents))],
  [/^boot\/initrd$/, (contents) => validateInitrd(contents)],
  [/^rancheros\/[\w-]+\.squashfs$/, squashfs],
  [/^rancheros\/seed\.tar$/, seed],
  // Its words are compared with the layers that there are.
  [/^rancheros\/layers$/, text],
  [/^boot\/grub\/(grub|arguments|append)\.cfg$/, text],
  [/^\.disk\/info$/, text],
  // Both are read where firmware finds them: in the boot catalog.
  [/^boot\/grub\/(eltorito\.img|boot\.cat)$/, () => []],
];

/** Without these nothing starts. */
const NEEDED = [
  'boot/vmlinuz',
  'boot/initrd',
  'boot/grub/grub.cfg',
  'boot/grub/arguments.cfg',
  'rancheros/layers',
  'rancheros/seed.tar',
  '.disk/info',
];

/** What is wrong with the files of a live medium: each is of the format of its place, none is missing, and none is there that nobody knows. */
export function checkIsoFiles(fields: Fields, files: readonly IsoFile[], hasBios: boolean): void {
  for (const { path, contents, record } of files) {
    const check = CHECKS.find(([pattern]) => pattern.test(path))?.[1];
    if (fields.require(`/${path}`, record, check !== undefined, path, 'a file of a live medium') && check)
      fields.add(`/${path}`, check(contents, hasBios));
  }
  const known = new Map(files.map((file) => [file.path, file]));
  for (const path of NEEDED) fields.require(`/${path}`, 0, known.has(path), 'missing', 'there');
  const list = known.get('rancheros/layers');
  if (!list) return;
  const lines = new Fields(list.contents).text(0, Math.min(list.contents.size, 65_536)).trimEnd().split('\n');
  for (const line of lines) {
    const [, name = ''] = /^([\w-]+) [0-9a-f]{64}$/.exec(line) ?? [];
    const isThere = known.has(`rancheros/${name}.squashfs`);
    fields.require('/rancheros/layers', list.record, isThere, line, 'a layer that is on the medium, and its digest');
  }
}

/** Squashfs 4.0's superblock: the size that it says is that of the file, but for what fills the last 4 KiB. */
function squashfs(contents: RandomAccess): readonly FieldProblem[] {
  const fields = new Fields(contents);
  if (!fields.equal('magic', 0, fields.text(0, 4), 'hsqs')) return fields.wrong;
  fields.equal('version', 28, fields.little32(28), 4);
  const used = Number(fields.little64(40));
  fields.require('size', 40, used <= contents.size && contents.size - used < 4096, used, `about ${contents.size}`);
  for (const [name, at] of [
    ['ids', 48],
    ['inodes', 64],
    ['folders', 72],
  ] as const) {
    const table = Number(fields.little64(at));
    fields.require(name, at, table >= 96 && table < used, table, 'within the file');
  }
  return fields.wrong;
}

function seed(contents: RandomAccess): readonly FieldProblem[] {
  const fields = new Fields(contents);
  try {
    const twice = duplicates(indexTar(contents, 'seed.tar').map(({ path }) => path));
    fields.require('paths', 0, twice.length === 0, twice.join(', '), 'each path once');
  } catch (error) {
    fields.require('tar', 0, false, error instanceof Error ? error.message : String(error), 'a whole tar');
  }
  return fields.wrong;
}

function text(contents: RandomAccess): readonly FieldProblem[] {
  const fields = new Fields(contents);
  const bytes = fields.bytes(0, Math.min(contents.size, 65_536));
  fields.require('text', 0, !bytes.includes(0) && bytes.at(-1) === 0x0a, 'other bytes', 'text that ends with a line');
  return fields.wrong;
}
