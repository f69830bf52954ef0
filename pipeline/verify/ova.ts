import { createHash } from 'node:crypto';
import { type RandomAccess, slice } from '../formats/random-access.ts';
import { type FieldProblem, SECTOR } from '../formats/sector.ts';
import { type DiskCheck, validateDisk } from './disk.ts';
import { Fields, finite } from './fields.ts';
import { validateVmdk } from './vmdk.ts';

const BLOCK = 512;
const CHUNK = 1 << 20;

interface Member {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
}

/** What is wrong with an OVA: a ustar of descriptor, manifest and one disk, each of which says what the others are (DSP0243). */
export function validateOva(source: RandomAccess, inspect: DiskCheck = validateDisk): readonly FieldProblem[] {
  const fields = new Fields(source);
  const members = membersOf(fields);
  const [ovf, manifest, disk] = members;
  fields.equal('members', 0, members.map(({ name }) => name.replace(/^.*\./, '')).join(' '), 'ovf mf vmdk');
  if (fields.wrong.length > 0 || !ovf || !manifest || !disk) return fields.wrong;
  const wanted = [ovf, disk].map((member) => `SHA256(${member.name})= ${sha256(source, member)}\n`).join('');
  fields.equal('manifest', manifest.offset, fields.text(manifest.offset, Math.min(manifest.size, 4096)), wanted);
  descriptor(fields, ovf, disk);
  fields.add('vmdk', validateVmdk(slice(source, disk.offset, disk.size), 'streamOptimized', inspect));
  return fields.wrong;
}

function membersOf(fields: Fields): readonly Member[] {
  const members: Member[] = [];
  const { size } = fields.source;
  for (let at = 0; ; ) {
    if (!fields.require('end', at, at + 2 * BLOCK <= size, size, 'two empty blocks at the end')) return members;
    if (fields.u8(at) === 0) {
      fields.equal('end', at, fields.hex(at, 2 * BLOCK), '00'.repeat(2 * BLOCK));
      fields.equal('file.size', 0, size, at + 2 * BLOCK);
      return members;
    }
    const name = fields.text(at, 100).replace(/\0.*$/s, '');
    const field = `member.${members.length}`;
    fields.equal(`${field}.magic`, at + 257, fields.text(at + 257, 8), 'ustar\u000000');
    fields.equal(`${field}.type`, at + 156, fields.text(at + 156, 1), '0');
    fields.require(`${field}.name`, at, /^[\w.-]+$/.test(name), name, 'a plain name');
    fields.equal(`${field}.mode`, at + 100, fields.text(at + 100, 7), '0000644');
    fields.equal(`${field}.owner`, at + 108, fields.text(at + 108, 15), '0000000\u00000000000');
    fields.equal(
      `${field}.checksum`,
      at + 148,
      Number.parseInt(fields.text(at + 148, 6), 8),
      sumOf(fields.bytes(at, BLOCK)),
    );
    const length = Number.parseInt(fields.text(at + 124, 11), 8);
    const fits = Number.isSafeInteger(length) && at + BLOCK + length <= size;
    if (!fields.require(`${field}.size`, at + 124, fits, fields.text(at + 124, 11), 'octal, within the file'))
      return members;
    members.push({ name, offset: at + BLOCK, size: length });
    at += BLOCK + Math.ceil(length / BLOCK) * BLOCK;
  }
}

function descriptor(fields: Fields, ovf: Member, disk: Member): void {
  const text = new TextDecoder().decode(fields.bytes(ovf.offset, Math.min(ovf.size, CHUNK)));
  const capacity = finite(fields.little64(disk.offset + 12)) * SECTOR;
  const rows: readonly (readonly [name: string, pattern: RegExp, expected: string])[] = [
    ['file', /ovf:href="([^"]*)"/, disk.name],
    ['size', /ovf:size="([^"]*)"/, String(disk.size)],
    ['capacity', /ovf:capacity="([^"]*)"/, String(capacity)],
    ['units', /ovf:capacityAllocationUnits="([^"]*)"/, 'byte'],
    ['format', /ovf:format="([^"]*)"/, 'http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized'],
    ['transport', /ovf:transport="([^"]*)"/, 'com.vmware.guestInfo'],
    ['controller', /<rasd:ResourceSubType>([^<]*)<\/rasd:ResourceSubType>\s*<rasd:ResourceType>6</, 'VirtualSCSI'],
    ['network', /<rasd:ResourceSubType>([^<]*)<\/rasd:ResourceSubType>\s*<rasd:ResourceType>10</, 'VmxNet3'],
    ['firmware', /vmw:key="firmware" vmw:value="([^"]*)"/, 'efi'],
    ['diskId', /vmw:key="disk\.EnableUUID" vmw:value="([^"]*)"/, 'TRUE'],
  ];
  for (const [name, pattern, expected] of rows)
    fields.equal(`ovf.${name}`, ovf.offset, text.match(pattern)?.[1] ?? '', expected);
  const hardware = text.match(/<vssd:VirtualSystemType>([^<]*)</)?.[1] ?? '';
  fields.require('ovf.hardware', ovf.offset, /^vmx-1[345]$/.test(hardware), hardware, 'vmx-13, vmx-14 or vmx-15');
  const declared = new Set(Array.from(text.matchAll(/xmlns:(\w+)=/g), ([, prefix]) => prefix));
  const used = new Set(Array.from(text.matchAll(/[<\s/](\w+):[A-Za-z]+[=>\s]/g), ([, prefix]) => prefix ?? ''));
  for (const prefix of used)
    if (prefix !== 'xmlns')
      fields.require('ovf.namespaces', ovf.offset, declared.has(prefix), `${prefix}: without a namespace`, 'declared');
}

function sha256(source: RandomAccess, { offset, size }: Member): string {
  const hash = createHash('sha256');
  for (let done = 0; done < size; done += CHUNK) hash.update(source.read(offset + done, Math.min(CHUNK, size - done)));
  return hash.digest('hex');
}

/** Sum of a header's bytes with the sum itself as spaces. */
export function sumOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 0x20 : byte), 0);
}
