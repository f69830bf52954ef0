import type { Accelerator } from '../../pipeline/emulator/accelerator.ts';
import { BOARDS } from '../../pipeline/emulator/board.ts';
import { acceleratorOfRun } from './accelerator.ts';
import type { BootCase } from './boot-case.ts';
import { toolRoot } from './tools.ts';

/** What a machine runs in. */
export interface Emulator {
  /** The tool image with QEMU, unpacked. */
  readonly root: string;
  readonly accelerator: Accelerator;
  /** Why this accelerator. */
  readonly reason: string;
}

/** The emulator of a case's board. */
export async function emulatorOf({ board = 'q35' }: BootCase): Promise<Emulator> {
  const root = await toolRoot(BOARDS[board].toolSet);
  return { root, ...(await acceleratorOfRun(root, board)) };
}
