import type { Arch } from '../core/step.ts';

/** The machines that QEMU plays: a PC, an Arm server without a model, a Raspberry Pi 3. */
export type Board = 'q35' | 'virt' | 'raspi3b';

/** What whoever starts a board has to know of it. */
export interface BoardFacts {
  readonly arch: Arch;
  /** QEMU's program for its processor. */
  readonly program: string;
  /** Package set whose tool image holds that program and the board's firmware. */
  readonly toolSet: 'qemu' | 'qemu-arm';
  /** The kernel's name of the serial port that its console is on. */
  readonly serialPort: string;
}

export const BOARDS: { readonly [board in Board]: BoardFacts } = {
  q35: { arch: 'amd64', program: 'qemu-system-x86_64', toolSet: 'qemu', serialPort: 'ttyS0' },
  virt: { arch: 'arm64', program: 'qemu-system-aarch64', toolSet: 'qemu-arm', serialPort: 'ttyAMA0' },
  raspi3b: { arch: 'arm64', program: 'qemu-system-aarch64', toolSet: 'qemu-arm', serialPort: 'ttyS1' },
};

/** The board that releases of an architecture are booted on. */
export function boardOf(arch: Arch): Board {
  return arch === 'amd64' ? 'q35' : 'virt';
}
