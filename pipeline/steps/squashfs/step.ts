import type { Arch, Artifact } from '../../core/step.ts';
import { type Tools, toolStep } from '../kit/tool.ts';

/**
 * How hard a layer is pressed. `zstd` for everything that a boot reads: with an engine pressed by `xz`, an emulated machine took three
 * times as long to its login. `xz` for what nobody waits for.
 */
export type SquashfsCompression = 'zstd' | 'xz';

/**
 * The x86 filter gains 4 %, and doubles the time because every block is then compressed with and without it. A kernel reads only its
 * own architecture's filter, and squashfs-tools 4.6 has none for arm64.
 */
const FILTER: { readonly [arch in Arch]: readonly string[] } = { amd64: ['-Xbcj', 'x86'], arm64: [] };

function compression(name: SquashfsCompression, arch: Arch): readonly string[] {
  // Level 22 gains 4 kB in 60 MB over 19 and is slower.
  return name === 'zstd' ? ['-comp', 'zstd', '-Xcompression-level', '19'] : ['-comp', 'xz', ...FILTER[arch]];
}

/**
 * What a layer holds. A mounted squashfs keeps three blocks of fragments in memory, which pays where many small files share them: not
 * for a few large programs, and not with large blocks for what is small as a whole.
 */
export type SquashfsContent = 'many files' | 'few programs' | 'little' | 'seldom read';

const SHAPE: { readonly [content in SquashfsContent]: readonly string[] } = {
  'many files': ['-b', '256K'],
  'few programs': ['-b', '256K', '-no-fragments'],
  little: ['-b', '128K'],
  // The largest blocks that there are: 4 % smaller than 256K, and a file costs a whole block to read.
  'seldom read': ['-b', '1M'],
};

export interface SquashfsOptions {
  /** Whose kernel mounts it. */
  readonly arch: Arch;
  readonly compression: SquashfsCompression;
  readonly content: SquashfsContent;
}

/** A squashfs of a canonical tar, read from standard input so that no owner or device has to exist here. */
export function squashfsOf(
  tools: Tools,
  options: SquashfsOptions & { readonly name: string; readonly tar: Artifact<'tar'> },
): Artifact<'squashfs'> {
  return toolStep(tools, {
    kind: 'squashfs',
    title: `squashfs ${options.name}`,
    inputs: { tar: options.tar },
    output: { name: 'squashfs', kind: 'squashfs' },
    commands: ({ input, output }) => [{ argv: sqfstar(options, output), stdin: input('tar') }],
  });
}

/** A squashfs of a few files as they are, by their names, for root alone to read. */
export function squashfsOfFiles(
  tools: Tools,
  options: { readonly name: string; readonly arch: Arch; readonly files: { readonly [name: string]: Artifact } },
): Artifact<'squashfs'> {
  const names = Object.keys(options.files).sort();
  return toolStep(tools, {
    kind: 'squashfs',
    title: `squashfs ${options.name}`,
    inputs: options.files,
    output: { name: 'squashfs', kind: 'squashfs' },
    commands: ({ output }) => [
      {
        argv: [
          'tar',
          '--format=posix',
          '--owner=0',
          '--group=0',
          '--numeric-owner',
          '--mode=0644',
          '--mtime=@0',
          '--dereference',
          '-cf',
          '/work/tar',
          '-C',
          '/in',
          ...names,
        ],
      },
      {
        argv: sqfstar({ arch: options.arch, compression: 'xz', content: 'few programs' }, output),
        stdin: '/work/tar',
      },
    ],
  });
}

/** SOURCE_DATE_EPOCH sets the file system's own time; members carry theirs. The root is not in a canonical tar. */
function sqfstar(
  { arch, compression: name, content }: SquashfsOptions,
  output: string,
): readonly [string, ...string[]] {
  return [
    'sqfstar',
    ...compression(name, arch),
    ...SHAPE[content],
    '-root-mode',
    '0755',
    '-root-uid',
    '0',
    '-root-gid',
    '0',
    '-exit-on-error',
    '-no-progress',
    '-quiet',
    output,
  ];
}
