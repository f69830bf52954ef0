import type { Artifact } from '../../core/step.ts';
import { CLUSTER } from '../../formats/disk-layout.ts';
import { SECTOR } from '../../formats/sector.ts';
import type { InputGroup } from '../kit/kind.ts';
import { type Tools, toolStep } from '../kit/tool.ts';

/** Volume serial number of a medium's ESP: FAT has one, and mformat would take it from the clock. */
const ESP_SERIAL = '12345678';

/** The signed programs have 3.4 MB; the rest is room for the next version of them. */
const ESP_KIB = 3840;

/** The boot partition of a disk: FAT32, filled by mtools. Sizes follow from contents, so they come as a file of arguments. */
export function bootPartition(
  tools: Tools,
  spec: {
    readonly name: string;
    readonly label: string;
    /** Each file by its path. */
    readonly files: InputGroup;
    /** Arguments that follow from a plan: serial number and size. */
    readonly fat: Artifact<'text'>;
    /** Where it begins on the disk; some firmware reads it. */
    readonly firstSector: number;
  },
): Artifact<'fat'> {
  const paths = Object.keys(spec.files).sort();
  return toolStep(tools, {
    kind: 'fat',
    title: `boot partition ${spec.name}`,
    inputs: { boot: spec.files, fat: spec.fat },
    output: { name: 'fat', kind: 'fat' },
    commands: ({ input, output }) => [
      {
        argv: [
          // Not mformat: its boot sector holds a partition table of its own, which GRUB and others then see inside of this partition.
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
          String(spec.firstSector),
          '-n',
          spec.label,
          output,
        ],
        words: input('fat'),
      },
      ...filled(output, paths, (path) => input(`boot/${path}`)),
    ],
  });
}

/** The EFI system partition of a medium: big enough for two EFI programs. `folders` are there beside those of the files. */
export function espImage(
  tools: Tools,
  spec: { readonly title: string; readonly files: InputGroup; readonly folders: readonly string[] },
): Artifact<'fat'> {
  const paths = Object.keys(spec.files).sort();
  return toolStep(tools, {
    kind: 'fat',
    title: spec.title,
    inputs: spec.files,
    output: { name: 'esp', kind: 'fat' },
    commands: ({ input, output }) => [
      { argv: ['truncate', '-s', `${ESP_KIB}K`, output] },
      { argv: ['mformat', '-i', output, '-N', ESP_SERIAL, '-v', 'RANCHEROS', '::'] },
      ...filled(output, paths, input, spec.folders),
    ],
  });
}

/** Commands of mtools that put files into a file system: no loop device, no root. */
function filled(
  image: string,
  paths: readonly string[],
  place: (path: string) => string,
  more: readonly string[] = [],
): readonly { readonly argv: readonly [string, ...string[]] }[] {
  const folders = [...new Set([...more, ...paths.flatMap(foldersAbove)])].sort();
  return [
    { argv: ['mmd', '-i', image, ...folders.map((folder) => `::/${folder}`)] },
    ...paths.map((path) => ({ argv: ['mcopy', '-i', image, place(path), `::/${path}`] as const })),
  ];
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
