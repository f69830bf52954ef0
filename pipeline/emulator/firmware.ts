import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildError } from '../core/failure.ts';
import type { Board } from './board.ts';
import type { FirmwareKind, Machine } from './machine.ts';
import { noSuchFirmware } from './messages.ts';

interface FirmwareFiles {
  readonly code: string;
  readonly variables: string;
}

/** EDK2's files in a tool image, by board. What a board has no firmware for is missing. */
const EDK2: { readonly [board in Board]: { readonly [kind in Exclude<FirmwareKind, 'bios'>]?: FirmwareFiles } } = {
  q35: {
    uefi: { code: 'usr/share/OVMF/OVMF_CODE_4M.fd', variables: 'usr/share/OVMF/OVMF_VARS_4M.fd' },
    'uefi-secure': { code: 'usr/share/OVMF/OVMF_CODE_4M.secboot.fd', variables: 'usr/share/OVMF/OVMF_VARS_4M.ms.fd' },
  },
  virt: {
    uefi: { code: 'usr/share/AAVMF/AAVMF_CODE.no-secboot.fd', variables: 'usr/share/AAVMF/AAVMF_VARS.fd' },
    'uefi-secure': { code: 'usr/share/AAVMF/AAVMF_CODE.secboot.fd', variables: 'usr/share/AAVMF/AAVMF_VARS.ms.fd' },
  },
  raspi3b: {},
};

/** Where a UEFI machine's firmware lies in the tool image; nothing where the machine has a BIOS, or starts a kernel by itself. */
export function firmwareFiles(
  { board = 'q35', firmware }: Pick<Machine, 'board' | 'firmware'>,
  toolRoot: string,
): FirmwareFiles | undefined {
  if (firmware === 'bios') return undefined;
  const files = EDK2[board][firmware];
  if (!files) throw new BuildError(noSuchFirmware(board, firmware));
  return { code: join(toolRoot, files.code), variables: join(toolRoot, files.variables) };
}

/** Files of a UEFI machine; the variables are this run's own copy in `folder`, so that no run sees another's boot order. */
export async function prepareFirmware(
  machine: Pick<Machine, 'board' | 'firmware'>,
  { toolRoot, folder }: { readonly toolRoot: string; readonly folder: string },
): Promise<FirmwareFiles | undefined> {
  const files = firmwareFiles(machine, toolRoot);
  if (!files) return undefined;
  const variables = join(folder, 'variables.fd');
  await copyFile(files.variables, variables);
  return { code: files.code, variables };
}
