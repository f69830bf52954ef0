import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { digestOf } from '../../pipeline/core/digest.ts';
import { BUILD_EPOCH } from '../../pipeline/graph/graph.ts';
import { sumsText } from '../../pipeline/publish/manifest.ts';
import { verifyRelease } from '../../pipeline/verify/release.ts';
import { oracleOutput } from '../rig/tools.ts';
import { scratch } from '../unit/trees/sample.ts';
import { formatSamples } from './format-samples.ts';

const { raw } = await formatSamples();

/** Seconds of VHD's time, which begins with the year 2000. */
const VHD_TIME = BUILD_EPOCH - 946_684_800;

/** A fixed VHD around a disk, with a sound footer. */
function fixedVhd(disk: Buffer): Buffer {
  const size = disk.length;
  const footer = Buffer.alloc(512);
  footer.write('conectix');
  footer.writeUInt32BE(2, 8);
  footer.writeUInt32BE(0x0001_0000, 12);
  footer.fill(0xff, 16, 24);
  footer.writeUInt32BE(VHD_TIME, 24);
  footer.write('Wi2k', 36);
  footer.writeBigUInt64BE(BigInt(size), 40);
  footer.writeBigUInt64BE(BigInt(size), 48);
  footer.write('ffff10ff', 56, 'hex');
  footer.writeUInt32BE(2, 60);
  footer.fill(7, 68, 84);
  footer.writeUInt32BE(~footer.reduce((sum, byte) => sum + byte, 0) >>> 0, 64);
  return Buffer.concat([disk, footer]);
}

/** What verify says of a release of one packed file, whose digest is right. */
async function wordsOf(name: string, content: Buffer): Promise<string> {
  const folder = scratch();
  mkdirSync(join(folder, dirname(name)), { recursive: true });
  const plain = scratch();
  writeFileSync(plain, content);
  await oracleOutput(['zstd', '-3', '--long=27', '--quiet', '-o', join(folder, name), plain]);
  const packed = readFileSync(join(folder, name));
  const files = { [name]: { digest: digestOf(packed), size: packed.length, target: 'amd64' } };
  // As an earlier build wrote it: the kind follows from the name.
  const manifest = JSON.stringify({ format: 1, version: 'v1.2.3', sources: digestOf(''), files });
  writeFileSync(join(folder, 'release.json'), manifest);
  writeFileSync(join(folder, 'SHA256SUMS'), sumsText({ ...files, 'release.json': { digest: digestOf(manifest), size: manifest.length } }));
  const { failures } = await verifyRelease(folder, async (file, look) => {
    const unpacked = scratch();
    await oracleOutput(['zstd', '-d', '--long=27', '--quiet', '-f', '-o', unpacked, file]);
    return look(unpacked);
  });
  return failures.map(({ evidence = '' }) => evidence).join('\n');
}

for (const [name, wrap] of [
  ['rancheros.img', (disk: Buffer) => disk],
  ['rancheros-aws.raw.zst', (disk: Buffer) => disk],
  ['rancheros-azure.vhd.zst', fixedVhd],
] as const) {
  test(`the disk in ${name} is looked into`, async () => {
    assert.equal(await wordsOf(name, wrap(raw)), '');
    const damaged = Buffer.from(raw);
    damaged[528] = (damaged[528] ?? 0) ^ 1;
    assert.match(await wordsOf(name, wrap(damaged)), /primary.*header|headerCrc/i);
  });
}
