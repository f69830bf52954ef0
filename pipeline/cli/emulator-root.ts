import type { CommandContext } from './command.ts';
import { toolRoot } from './wire.ts';

/** Root folder of the tool image `qemu`: made by the pipeline, or an unpacked tree that RANCHEROS_QEMU_ROOT names. */
export async function emulatorRoot({ env }: Pick<CommandContext, 'env'>): Promise<string> {
  return env['RANCHEROS_QEMU_ROOT'] || (await toolRoot('qemu'));
}
