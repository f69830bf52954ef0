import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BuildError } from '../core/failure.ts';
import { BOARDS, type Board } from './board.ts';

/** A program of an unpacked tool image that can be started on this host. */
export interface HostProgram {
  readonly argv: readonly [string, ...string[]];
  readonly env: { readonly [name: string]: string };
}

const LOADERS = ['lib64/ld-linux-x86-64.so.2', 'usr/lib64/ld-linux-x86-64.so.2'];
const LIBRARIES = ['usr/lib/x86_64-linux-gnu', 'usr/lib'];
const PROGRAM_FOLDERS = ['usr/bin', 'usr/sbin', 'bin', 'sbin'];
const FIRMWARE_FOLDERS = ['usr/share/qemu', 'usr/share/seabios', 'usr/lib/ipxe/qemu'];

/**
 * A program of the tool image `toolRoot`, run by that image's own dynamic loader and with its own libraries, so that neither
 * the host's C library nor root nor a namespace is needed. `below` is the image that it was made above, which has what both need.
 */
export function hostProgram(toolRoot: string, program: string, below?: string): HostProgram {
  const roots = below === undefined ? [toolRoot] : [toolRoot, below];
  const file = PROGRAM_FOLDERS.map((folder) => join(toolRoot, folder, program)).find((each) => existsSync(each));
  const found = roots.flatMap((root) => LOADERS.map((loader) => join(root, loader))).find((each) => existsSync(each));
  if (found === undefined || file === undefined) {
    throw new BuildError({
      kind: 'no-executor',
      message: `the tool image has no ${found === undefined ? 'dynamic loader' : `program ${program}`}`,
      place: { file: toolRoot },
      hint: 'check the package sets in targets/packages.yaml, then run the command again',
    });
  }
  const libraryPath = roots.flatMap((root) => LIBRARIES.map((folder) => join(root, folder))).join(':');
  return {
    argv: [found, '--library-path', libraryPath, file],
    env: { QEMU_MODULE_DIR: join(toolRoot, 'usr/lib/x86_64-linux-gnu/qemu') },
  };
}

/** The emulator of a board, told where its firmware lies. */
export function emulatorProgram(toolRoot: string, board: Board = 'q35'): HostProgram {
  const { argv, env } = hostProgram(toolRoot, BOARDS[board].program);
  const folders = FIRMWARE_FOLDERS.map((folder) => join(toolRoot, folder)).filter((folder) => existsSync(folder));
  return { argv: [...argv, ...folders.flatMap((folder) => ['-L', folder])] as [string, ...string[]], env };
}
