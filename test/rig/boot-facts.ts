import { relative } from 'node:path';
import type { BootMedium } from '../../pipeline/emulator/machine.ts';
import { filesOf } from '../../pipeline/emulator/release-machine.ts';
import { hashFile } from '../../pipeline/host/hash-file.ts';
import type { BootCase } from './boot-case.ts';

/** What a boot was of, for the table of `npm run test:release`. */
export interface BootFacts {
  readonly boot: string;
  /** Digests of the release files that the machine was started from, by their paths. A disk that got a login for a test is none of them. */
  readonly files: { readonly [path: string]: string };
  readonly firmware: string;
  /** How the machine is started, and on which bus its disks are. */
  readonly device: string;
  /** Where its configuration comes from. */
  readonly datasource: string;
  readonly memoryMiB: number;
  readonly accelerator: string;
}

export async function bootFacts(
  boot: BootCase,
  run: { readonly medium: BootMedium | undefined; readonly release: string; readonly published: { readonly [path: string]: string }; readonly accelerator: string },
): Promise<BootFacts> {
  const files: { [path: string]: string } = { ...run.published };
  for (const file of run.medium ? filesOf(run.medium) : []) {
    const path = relative(run.release, file);
    // What was taken out of a card is named by its archive.
    if (!path.startsWith('..')) files[path] = (await hashFile(file)).digest;
  }
  const buses = [...new Set((boot.disks ?? []).map(({ bus }) => bus ?? 'virtio'))];
  return {
    boot: boot.name,
    files,
    firmware: boot.firmware,
    device: [boot.board, boot.medium, ...buses].filter((word) => word !== undefined).join(' '),
    datasource: datasourceOf(boot),
    memoryMiB: boot.memoryMiB,
    accelerator: run.accelerator,
  };
}

function datasourceOf({ configMedium, metadata, append }: BootCase): string {
  const named = /datasources=\[([^\]]*)\]/.exec(append ?? '')?.[1];
  const given = [...(configMedium ? [`medium ${configMedium.label}`] : []), ...(metadata ? [`service at ${metadata.address ?? '169.254.169.254'}`] : [])];
  return given.length > 0 ? given.join(', ') : (named ?? 'none');
}
