import { writeFileSync } from 'node:fs';
import { canonicalJson, type Json } from '../../core/json.ts';
import { parseDiskPlan } from '../../formats/disk-layout.ts';
import { fatPlace, readFat32 } from '../../formats/fat-reader.ts';
import type { InstallParts, MediumFile, Span } from '../../formats/install-parts.ts';
import { sha256Of } from '../../io/file-digest.ts';
import type { FileSource } from '../../io/file-source.ts';
import { writeOutput } from '../../io/output-file.ts';
import { writer } from '../kit/writer.ts';
import type { InstallPartsStep } from './step.ts';

/** Grain in which zeros are left out, in bytes: shorter runs of them are carried, so that there are few pieces. */
const GRAIN = 64 * 1024;

export const write = writer<InstallPartsStep>(({ inputs, outputs, options }) => {
  const boot = inputs.open('boot');
  const plan = parseDiskPlan(JSON.parse(inputs.text('plan')) as Json, 'the plan of the disk');
  const found = readFat32(boot);
  const files = Object.entries(options.files).map(([path, source]) => mediumFile(boot, fatPlace(found, path), source));
  files.sort((a, b) => a.offset - b.offset);
  const append = fatPlace(found, options.append);
  const rest = restOf(boot, files);
  writeOutput(outputs.rest, (out) => {
    for (const { offset, length } of rest) out.copy(boot, offset, length);
  });
  const parts: InstallParts = { version: options.version, plan, files, rest, append };
  writeFileSync(outputs.description, `${canonicalJson(parts as unknown as Json)}\n`, { flag: 'wx' });
});

function mediumFile(boot: FileSource, span: Span, path: string): MediumFile {
  return { path, size: span.length, sha256: sha256Of(boot, span), offset: span.offset };
}

/** What is not zero and in no file of the medium. `files` are sorted by their offsets. */
function restOf(boot: FileSource, files: readonly MediumFile[]): Span[] {
  const rest: { offset: number; length: number }[] = [];
  const buffer = new Uint8Array(GRAIN);
  let position = 0;
  for (const { offset, size } of [...files, { offset: boot.size, size: 0 }]) {
    for (; position < offset; position += GRAIN) {
      const bytes = boot.fill(buffer.subarray(0, Math.min(GRAIN, offset - position)), position);
      if (bytes.every((byte) => byte === 0)) continue;
      const last = rest.at(-1);
      if (last && last.offset + last.length === position) last.length += bytes.length;
      else rest.push({ offset: position, length: bytes.length });
    }
    position = offset + size;
  }
  return rest;
}
