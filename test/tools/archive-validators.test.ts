import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { inMemory } from '../../pipeline/formats/random-access.ts';
import type { FieldProblem } from '../../pipeline/formats/sector.ts';
import { validateAwsImage } from '../../pipeline/verify/json-text.ts';
import { validateImageArchive, validateRootfs } from '../../pipeline/verify/tar-gz.ts';
import { file, folder, hardLink, type Member, tarOf } from '../unit/trees/sample.ts';

const VERSION = 'v1.2.3';

/** As GNU gzip packs it without a name and a time. */
function packed(tar: Uint8Array): Buffer {
  const bytes = gzipSync(tar);
  bytes[9] = 3;
  return bytes;
}

type Cases = readonly (readonly [field: string, sentence: string, bytes: Buffer])[];

function faults(what: string, validate: (bytes: Buffer) => Promise<readonly FieldProblem[]>, sound: Buffer, cases: Cases): void {
  test(`nothing is wrong with ${what}`, async () => assert.deepEqual(await validate(sound), []));
  for (const [field, sentence, bytes] of cases) {
    test(`${what} ${sentence}: found and named ${field}`, async () => {
      const fields = (await validate(bytes)).map((problem) => problem.field);
      assert.ok(fields.includes(field), `${field} is not in ${JSON.stringify(fields)}`);
    });
  }
}

const release = (version: string): Member => file('usr/lib/os-release', `NAME="RancherOS"\nVERSION_ID="${version}"\n`);
const ROOTFS: readonly Member[] = [folder(''), folder('usr'), folder('usr/lib'), release(VERSION), file('a', 'x'.repeat(5000)), hardLink('b', 'a')];
const rootfs = tarOf(ROOTFS);
const sound = packed(rootfs);
// Two members of gzip, as a build makes them.
const halves = Buffer.concat([packed(rootfs.subarray(0, 2048)), packed(rootfs.subarray(2048))]);
const flipped = Buffer.from(sound);
flipped[sound.length >> 1] = (flipped[sound.length >> 1] ?? 0) ^ 1;

faults('a root file system', (bytes) => validateRootfs(inMemory(bytes), VERSION), halves, [
  ['rootfs.paths', 'that has a file twice', packed(tarOf([...ROOTFS, file('a', 'y')]))],
  ['rootfs.paths', 'that has a folder twice', packed(tarOf([...ROOTFS, folder('usr')]))],
  ['rootfs.members', 'with nothing in it', packed(tarOf([]))],
  ['rootfs.links', 'with a hard link to nothing', packed(tarOf([...ROOTFS, hardLink('c', 'nowhere')]))],
  ['os-release', 'of another version', packed(tarOf([release('v9.9.9')]))],
  ['tar', 'of whose gzip members the last is missing', packed(rootfs.subarray(0, 2048))],
  ['tar', 'whose end is cut', sound.subarray(0, sound.length - 20)],
  ['tar', 'in which one bit was flipped', flipped],
  ['tar', 'whose tar is cut within a file', packed(rootfs.subarray(0, 4096))],
  ['tar.end', 'whose tar has no end', packed(rootfs.subarray(0, rootfs.length - 1024))],
  ['gzip.end', 'with zeros behind it', Buffer.concat([sound, Buffer.alloc(4096)])],
  ['magic', 'that is no gzip', Buffer.alloc(4096)],
]);

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

interface Changes {
  readonly layer?: Buffer;
  readonly digest?: string;
  readonly config?: string;
  readonly tags?: readonly string[];
  readonly more?: readonly Member[];
  readonly manifest?: string;
}

/** What `docker load` reads, with one thing wrong. */
function image({ layer = rootfs, digest, config, tags = ['rancher/x:1'], more = [], manifest }: Changes = {}): Buffer {
  const text = JSON.stringify({ rootfs: { type: 'layers', diff_ids: [`sha256:${digest ?? sha256(layer)}`] } });
  const name = `${config ?? sha256(text)}.json`;
  const list = JSON.stringify([{ Config: name, RepoTags: tags, Layers: ['layer.tar'] }]);
  return packed(tarOf([file('manifest.json', manifest ?? list), file(name, text), file('layer.tar', layer), ...more]));
}

const twice = tarOf([...ROOTFS, file('a', 'y')]);
faults('an image', (bytes) => validateImageArchive(inMemory(bytes)), image(), [
  ['archive.paths', 'whose archive has a path twice', image({ more: [file('layer.tar', rootfs)] })],
  ['layer.tar.paths', 'whose layer has a path twice', image({ layer: twice })],
  ['layers', 'whose layer is another one', image({ digest: sha256('other') })],
  ['configuration', 'whose configuration is another one', image({ config: sha256('other') })],
  ['name', 'without a name', image({ tags: [] })],
  ['images', 'of no image', image({ manifest: '[]' })],
  ['manifest', 'whose manifest is no JSON', image({ manifest: '{' })],
]);

const aws = { Name: `rancheros-${VERSION}`, Architecture: 'x86_64', BootMode: 'uefi-preferred', RootDeviceName: '/dev/xvda', VirtualizationType: 'hvm' };
const json = (value: object): Buffer => Buffer.from(JSON.stringify(value));
faults('what Amazon registers', async (bytes) => validateAwsImage(inMemory(bytes), VERSION), json(aws), [
  ['Name', 'under the name of another version', json({ ...aws, Name: 'rancheros-v9.9.9' })],
  ['BootMode', 'without a boot mode', json({ ...aws, BootMode: undefined })],
  ['json', 'that is no JSON', Buffer.from('{')],
]);
