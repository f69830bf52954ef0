import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kernelArguments } from '../shared/kernel-arguments.ts';
import { BOARDS, type Board } from './board.ts';
import type { BootMedium } from './machine.ts';

/** The ways to start one release's live system. */
export type LiveMedium = 'cdrom' | 'usb' | 'kernel';

/** Where releases lie, and the version that a plain build writes, `v1.5.9-dev`. */
export interface Releases {
  readonly releases: string;
  readonly development: string;
}

/** The releases of this repository itself. */
export function releasesOf(projectFolder: string): Releases {
  const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
    readonly version: string;
  };
  return { releases: join(projectFolder, 'dist/os'), development: `v${version}-dev` };
}

/** `dist/os/<version>`; without a version what a plain build writes, else what `latest` shows. */
export function releaseFolder(version: string | undefined, { releases, development }: Releases): string {
  if (version !== undefined) return join(releases, version);
  const plain = join(releases, development);
  return existsSync(plain) || !existsSync(join(releases, 'latest')) ? plain : join(releases, 'latest');
}

/** The folder of a target's files below `dist/os/<version>`. */
export function targetFolder(releaseFolder: string, target: string): string {
  return target === 'amd64' ? releaseFolder : join(releaseFolder, target);
}

/** What else a medium is made by. */
export interface MediumOptions {
  /** Words behind those of every live system, where no boot loader brings them. */
  readonly append?: string | undefined;
  /** Name of the ISO in the target's folder. */
  readonly iso?: string | undefined;
  readonly board?: Board | undefined;
}

/** The boot medium made of a target's release files. Targets of amd64 have its kernel. */
export function liveMedium(
  medium: LiveMedium,
  folder: string,
  { append = '', iso = 'rancheros.iso', board = 'q35' }: MediumOptions = {},
): BootMedium {
  if (medium !== 'kernel') return { type: medium, file: join(folder, iso) };
  const own = join(folder, 'vmlinuz');
  const shared = join(folder, '../vmlinuz');
  return {
    type: 'kernel',
    kernel: !existsSync(own) && existsSync(shared) ? shared : own,
    initrd: join(folder, 'initrd'),
    append: `${kernelArguments('network', BOARDS[board].arch)} ${append}`.trimEnd(),
  };
}

/** Files that a boot medium reads. */
export function filesOf(medium: BootMedium): readonly string[] {
  switch (medium.type) {
    case 'kernel':
      return [medium.kernel, medium.initrd];
    case 'disk':
      return [];
    case 'network':
      return medium.files;
    default:
      return [medium.file];
  }
}
