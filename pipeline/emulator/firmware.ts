import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FirmwareKind } from './machine.ts';

const OVMF = {
  uefi: { code: 'OVMF_CODE_4M.fd', variables: 'OVMF_VARS_4M.fd' },
  'uefi-secure': { code: 'OVMF_CODE_4M.secboot.fd', variables: 'OVMF_VARS_4M.ms.fd' },
} as const;

/** Files of a UEFI machine; the variables are this run's own copy in `folder`, so that no run sees another's boot order. */
export async function prepareFirmware(
  kind: FirmwareKind,
  { toolRoot, folder }: { readonly toolRoot: string; readonly folder: string },
): Promise<{ readonly code: string; readonly variables: string } | undefined> {
  if (kind === 'bios') return undefined;
  const names = OVMF[kind];
  const variables = join(folder, 'variables.fd');
  await copyFile(join(toolRoot, 'usr/share/OVMF', names.variables), variables);
  return { code: join(toolRoot, 'usr/share/OVMF', names.code), variables };
}
