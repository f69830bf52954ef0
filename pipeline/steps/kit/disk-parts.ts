import type { Artifact, InputRef } from '../../core/step.ts';

/** What a writer composes an installed disk of (`disks/composed-disk.ts`). */
export type DiskParts = {
  /** A `DiskPlan` as JSON. */
  readonly plan: Artifact<'json'>;
  readonly boot: Artifact<'fat'>;
  readonly state: Artifact<'ext4'>;
  /** Only where the architecture has a BIOS. */
  readonly bios?: { readonly 'boot.img': Artifact<'file'>; readonly 'core.img': Artifact<'file'> } | undefined;
  /** Where `boot` was made for another plan: what its file of kernel arguments becomes. */
  readonly append?: InputRef | undefined;
};

/** What every writer of a disk is told: the size of the disk in MiB; without it as small as it can be. */
export type DiskSize = { readonly sizeMiB?: number | undefined };
