import type { Artifact } from '../core/step.ts';
import type { BuildContext } from './context.ts';
import { toolStep } from './tool-step.ts';

/**
 * How hard a layer is pressed. `zstd` for everything that a boot reads: with an engine pressed by `xz`, an emulated machine took three
 * times as long to its login. `xz` for what nobody waits for.
 */
export type SquashfsCompression = 'zstd' | 'xz';

const COMPRESSION: { readonly [name in SquashfsCompression]: readonly string[] } = {
  // Level 22 gains 4 kB in 60 MB over 19 and is slower.
  zstd: ['-comp', 'zstd', '-Xcompression-level', '19'],
  // The x86 filter gains 4 %, and doubles the time because every block is then compressed with and without it.
  xz: ['-comp', 'xz', '-Xbcj', 'x86'],
};

/** A squashfs of a canonical tar, read from standard input so that no owner or device has to exist here. */
export function squashfsOf(
  context: BuildContext,
  options: { readonly name: string; readonly tar: Artifact<'tar'>; readonly compression: SquashfsCompression },
): Artifact<'squashfs'> {
  return toolStep(context, {
    title: `squashfs ${options.name}`,
    inputs: { tar: options.tar },
    output: { name: 'squashfs', kind: 'squashfs' },
    commands: [{ argv: sqfstar(options.compression), stdin: '/in/tar' }],
  });
}

/** A squashfs of a few files as they are, by their names, for root alone to read. */
export function squashfsOfFiles(
  context: BuildContext,
  options: { readonly name: string; readonly files: { readonly [name: string]: Artifact } },
): Artifact<'squashfs'> {
  const names = Object.keys(options.files).sort();
  return toolStep(context, {
    title: `squashfs ${options.name}`,
    inputs: options.files,
    output: { name: 'squashfs', kind: 'squashfs' },
    commands: [
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
      { argv: sqfstar('xz'), stdin: '/work/tar' },
    ],
  });
}

/** SOURCE_DATE_EPOCH sets the file system's own time; members carry theirs. The root is not in a canonical tar. */
function sqfstar(compression: SquashfsCompression): readonly [string, ...string[]] {
  return [
    'sqfstar',
    ...COMPRESSION[compression],
    '-b',
    '1M',
    '-root-mode',
    '0755',
    '-root-uid',
    '0',
    '-root-gid',
    '0',
    '-exit-on-error',
    '-no-progress',
    '-quiet',
    '/out/squashfs',
  ];
}
