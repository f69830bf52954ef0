import type { Artifact, InputRef } from '../core/step.ts';
import { BOOT_LABEL, CLUSTER, STATE_LABEL } from '../formats/disk-layout.ts';
import { SECTOR } from '../formats/sector.ts';
import type { BuildContext } from './context.ts';
import { composeLayer } from './layer.ts';
import { toolStep } from './tool-step.ts';

/** Size of a state file system before it grows at the first boot. */
export const DEFAULT_STATE_MIB = 256;

/** ext4's journal keeps the size it was born with however far the file system grows. */
const JOURNAL_MIB = 64;

/** Nothing but the folder for configuration, so that the first boot finds it with its mode. */
export function emptyState(context: BuildContext): Artifact<'tar'> {
  return context.memo('empty state', () => {
    const options = { directories: [{ path: 'var/lib/rancher/conf', mode: 0o700 }] };
    return composeLayer(context, { name: 'state', options }).tar;
  });
}

/** FAT32, filled by mtools. Sizes follow from contents, so they come as a file of arguments. */
export function bootFileSystem(
  context: BuildContext,
  boot: {
    readonly name: string;
    /** `boot/<path>`, each file by its path. */
    readonly inputs: { readonly [name: string]: InputRef };
    readonly fat: Artifact<'text'>;
    /** Where it begins on the disk; some firmware reads it. */
    readonly firstSector: number;
  },
): Artifact<'fat'> {
  const paths = Object.keys(boot.inputs)
    .map((name) => name.replace(/^boot\//, ''))
    .sort();
  const folders = [...new Set(paths.flatMap(foldersAbove))].sort();
  // Not mformat: its boot sector holds a partition table of its own, which GRUB and others then see inside of this partition.
  const format = [
    'mkfs.vfat',
    '--invariant',
    '-C',
    '-F',
    '32',
    '-S',
    String(SECTOR),
    '-s',
    String(CLUSTER / SECTOR),
    '-h',
    String(boot.firstSector),
  ] as const;
  return toolStep(context, {
    title: `boot partition ${boot.name}`,
    inputs: { ...boot.inputs, fat: boot.fat },
    output: { name: 'fat', kind: 'fat' },
    commands: [
      { argv: [...format, '-n', BOOT_LABEL, '/out/fat'], words: '/in/fat' },
      { argv: ['mmd', '-i', '/out/fat', ...folders.map((folder) => `::/${folder}`)] },
      ...paths.map((path) => ({ argv: ['mcopy', '-i', '/out/fat', `/in/boot/${path}`, `::/${path}`] as const })),
    ],
  });
}

/** ext4 straight from the tar. Without a configuration file mke2fs takes what it was compiled with, never the host's. */
export function stateFileSystem(
  context: BuildContext,
  state: { readonly name: string; readonly tar: Artifact<'tar'>; readonly ext4: Artifact<'text'> },
): Artifact<'ext4'> {
  const argv = [
    'mke2fs',
    '-q',
    '-F',
    '-t',
    'ext4',
    '-T',
    'default',
    '-b',
    '4096',
    '-m',
    '1',
    '-J',
    `size=${JOURNAL_MIB}`,
  ] as const;
  return toolStep(context, {
    title: `state partition ${state.name}`,
    inputs: { tar: state.tar, ext4: state.ext4 },
    output: { name: 'ext4', kind: 'ext4' },
    commands: [
      {
        argv: [...argv, '-L', STATE_LABEL, '-d', '/in/tar', '/out/ext4'],
        words: '/in/ext4',
        env: { MKE2FS_CONFIG: '/work/none' },
      },
    ],
  });
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
