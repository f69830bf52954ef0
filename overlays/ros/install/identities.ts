import type { DiskIds } from '../../../pipeline/formats/disk-layout.ts';
import { type Guid, parseGuid } from '../../../pipeline/formats/guid.ts';
import { Failure, type System } from '../runtime/system.ts';

const RANDOM = '/proc/sys/kernel/random/uuid';

/**
 * Identities of one installed disk. They are drawn, not those of the image: two machines' disks in one of them would else be the same to
 * GRUB, to `/init` and to `/dev/disk/by-uuid`.
 */
export function newIdentities(system: System): DiskIds {
  const draw = (): Guid => {
    const text = system.readText(RANDOM)?.trim();
    if (text === undefined) throw new Failure(`${RANDOM} cannot be read`);
    return parseGuid(text);
  };
  return {
    disk: draw(),
    bios: draw(),
    boot: draw(),
    state: draw(),
    stateFileSystem: draw(),
    stateHashSeed: draw(),
    bootSerial: draw().slice(0, 8),
  };
}
