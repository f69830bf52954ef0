import type { MediumContents, MediumKind } from '../core/medium.ts';
import type { RandomAccess } from '../formats/random-access.ts';
import type { FieldProblem } from '../formats/sector.ts';
import type { ReleaseFile } from '../publish/manifest.ts';
import { validateZstd } from './compressed.ts';
import { fileProblems, partProblems } from './contents.ts';
import type { DiskCheck } from './disk.ts';
import { diskWith } from './disk-contents.ts';
import { validateGceTar } from './gce-tar.ts';
import { validateInitrd } from './initrd.ts';
import { compareInitrd } from './initrd-contents.ts';
import { validateIpxe } from './ipxe.ts';
import { validateIso } from './iso.ts';
import { validateAwsImage } from './json-text.ts';
import { validateArm64Image, validateBzImage } from './linux-kernel.ts';
import { validateOva } from './ova.ts';
import { watched } from './padding.ts';
import { validateQcow2 } from './qcow2.ts';
import { validateImageArchive, validateRootfs } from './tar-gz.ts';
import { validateVhd } from './vhd.ts';
import { validateVhdx } from './vhdx.ts';
import { validateVmdk } from './vmdk.ts';
import { validateZip } from './zip.ts';

/** What a reader is told of a file. Without `contents`, as of a release of format 1, it reads the format alone. */
export interface About extends Pick<ReleaseFile, 'kind' | 'arch' | 'contents'> {
  readonly version: string;
}

type Problems = readonly FieldProblem[] | Promise<readonly FieldProblem[]>;
type Reader = (source: RandomAccess, about: About) => Problems;

/** What reads a file of each kind, and compares what is in it with its manifest. */
const READERS: { readonly [kind in MediumKind]: Reader } = {
  iso: (source, { arch, contents }) => validateIso(source, { hasBios: arch === 'amd64', contents }),
  kernel: (source, { arch, contents }) => [
    ...(arch === 'arm64' ? validateArm64Image(source) : validateBzImage(source)),
    ...itself(source, 'vmlinuz', contents),
  ],
  initrd: (source, { contents }) => [...validateInitrd(source), ...(contents ? compareInitrd(source, contents) : [])],
  rootfs: (source, { version, contents }) => validateRootfs(source, version, contents),
  'console-image': (source, { contents }) => validateImageArchive(source, contents),
  'disk-zst': validateZstd,
  'vhd-zst': validateZstd,
  qcow2: (source, { contents }) => validateQcow2(source, diskWith(contents)),
  vhd: (source, { contents }) => validateVhd(source, diskWith(contents)),
  vhdx: (source, { contents }) => validateVhdx(source, diskWith(contents)),
  vmdk: (source, { contents }) => validateVmdk(source, 'monolithicSparse', diskWith(contents)),
  ova: (source, { contents }) => validateOva(source, diskWith(contents)),
  'gce-archive': (source, { contents }) => validateGceTar(source, diskWith(contents)),
  'card-zip': (source, { contents }) => validateZip(source, diskWith(contents)),
  'aws-image': (source, { version, contents }) => [
    ...validateAwsImage(source, version),
    ...itself(source, 'description', contents),
  ],
  ipxe: (source, { version, contents }) => [...validateIpxe(source, version), ...itself(source, 'script', contents)],
};

/** Of a file that is one thing. */
function itself(source: RandomAccess, name: string, contents: MediumContents | undefined): readonly FieldProblem[] {
  return contents ? fileProblems(new Map([[name, source]]), contents.files) : [];
}

/** What reads the disk in a file that zstd has packed; undefined for all others. */
export function packedDisk({ kind, contents }: About): DiskCheck | undefined {
  if (kind === 'vhd-zst') return (source) => validateVhd(source, diskWith(contents));
  return kind === 'disk-zst' ? diskWith(contents) : undefined;
}

/** Of these a reader goes through every byte that means something, so that all others must be zeros. */
const PADDED: readonly MediumKind[] = ['qcow2', 'vhd', 'vhdx', 'vmdk', 'ova'];

/** What is wrong with the bytes of a release file and with what is in it. */
export async function validateReleaseFile(whole: RandomAccess, about: About): Promise<readonly FieldProblem[]> {
  const { source, paddingProblems } = watched(whole);
  const wrong = await READERS[about.kind](source, about);
  if (wrong.length > 0 || !about.contents) return wrong;
  return [...(PADDED.includes(about.kind) ? paddingProblems() : []), ...partProblems(whole, about.contents)];
}
