import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { toolProgram } from '../host/tool-program.ts';
import { BOARDS, type Board } from './board.ts';

/** How QEMU or one of its tools is started. */
export interface EmulatorProgram {
  readonly argv: readonly [string, ...string[]];
  readonly env: { readonly [name: string]: string };
}

const FIRMWARE_DIRECTORIES = ['usr/share/qemu', 'usr/share/seabios', 'usr/lib/ipxe/qemu'];

/** The emulator of a board out of the unpacked tool image `toolRoot`, told where its firmware lies. */
export function emulatorProgram(toolRoot: string, board: Board = 'q35'): EmulatorProgram {
  const argv = toolProgram(toolRoot, BOARDS[board].program);
  const directories = FIRMWARE_DIRECTORIES.map((each) => join(toolRoot, each)).filter((each) => existsSync(each));
  return {
    argv: [...argv, ...directories.flatMap((each) => ['-L', each])],
    env: moduleEnvironment(toolRoot),
  };
}

/** Lets QEMU and its tools find the modules of their own image: drivers of devices and disk formats. */
function moduleEnvironment(toolRoot: string): { readonly [name: string]: string } {
  return { QEMU_MODULE_DIR: join(toolRoot, 'usr/lib/x86_64-linux-gnu/qemu') };
}
