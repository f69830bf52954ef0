import type { Artifact, InputRef } from '../core/step.ts';
import { CARD_ALIGNMENT } from '../formats/card-layout.ts';
import { SECTOR } from '../formats/sector.ts';
import { kernelArguments } from '../shared/kernel-arguments.ts';
import type { BuildContext } from './context.ts';
import { bootFileSystem, DEFAULT_STATE_MIB, emptyState, stateFileSystem } from './disk-file-systems.ts';
import { deviceTrees } from './kernel.ts';
import { filesOfPackage } from './packages.ts';
import type { Stream } from './stream.ts';
import { type Extras, liveSystem } from './system.ts';

/** What the card's system has beside that of every Arm machine: Wi-Fi. Of the firmware only that of these boards' chips. */
const EXTRAS: Extras = {
  name: 'raspberry-pi',
  packages: 'raspberry-pi',
  overlay: 'raspberry-pi',
  drop: [
    'usr/lib/firmware/brcm/{bcm43xx*,brcmfmac43012*,brcmfmac431*,brcmfmac432*,brcmfmac433*,brcmfmac43430a0*}',
    'usr/lib/firmware/brcm/{brcmfmac4350*,brcmfmac4354*,brcmfmac4356-*,brcmfmac43569*,brcmfmac43570*,brcmfmac4358*,brcmfmac4359*}',
    'usr/lib/firmware/brcm/{brcmfmac436*,brcmfmac437*,brcmfmac439*,brcmfmac54591*}',
    'usr/lib/firmware/cypress/{cyfmac43012*,cyfmac433*,cyfmac4354*,cyfmac4356*,cyfmac43570*,cyfmac4373*,cyfmac54591*}',
    'usr/lib/firmware/regulatory.*-upstream',
    'usr/bin/wpa_passphrase',
    'etc/wpa_supplicant',
  ],
};

/** Boards that Debian's kernel can start from their card. Of Pi 5 it has the device tree, but no driver for the card slot. */
const BOARDS = [
  'bcm2711-rpi-4-b',
  'bcm2711-rpi-400',
  'bcm2711-rpi-cm4-io',
  'bcm2837-rpi-3-a-plus',
  'bcm2837-rpi-3-b',
  'bcm2837-rpi-3-b-plus',
  'bcm2837-rpi-cm3-io3',
  'bcm2837-rpi-zero-2-w',
];

/** What the chip reads before it reads a kernel: of Pi 3 `bootcode.bin`, `start.elf`, `fixup.dat`; of Pi 4 the other two. */
const FIRMWARE = ['bootcode.bin', 'fixup.dat', 'fixup4.dat', 'start.elf', 'start4.elf'];

const NAME = 'raspberry-pi64';

/** An SD card for Raspberry Pi 3 and 4 as a raw image in pieces: an MBR, a FAT with all that is started, a state that grows at the first boot. */
export function raspberryPiCard(context: BuildContext): Stream {
  const system = liveSystem(context, 'arm64', EXTRAS);
  const files: { readonly [path: string]: InputRef } = {
    ...firmware(context),
    ...deviceTrees(context, 'arm64', BOARDS),
    ...Object.fromEntries(
      ['config.txt', 'user-data', 'meta-data'].map((name) => [
        name,
        { from: 'repository', path: `overlays/raspberry-pi-boot/${name}` } as const,
      ]),
    ),
    ...system.medium,
    vmlinuz: system.kernel.image,
    initrd: system.initrdBase,
  };
  const inputs = Object.fromEntries(
    Object.entries(files).map(([path, file]): [string, InputRef] => [`boot/${path}`, file]),
  );
  const stateTar = emptyState(context);
  const { plan, fat, ext4, cmdline } = context.graph.add({
    title: `plan of the card ${NAME}`,
    action: {
      type: 'builtin',
      writer: 'card-plan',
      options: { name: NAME, stateMiB: DEFAULT_STATE_MIB, arguments: kernelArguments('card', 'arm64') },
    },
    inputs: { ...inputs, state: stateTar },
    outputs: { plan: 'json', fat: 'text', ext4: 'text', cmdline: 'text' },
  });
  const boot = bootFileSystem(context, {
    name: NAME,
    inputs: { ...inputs, 'boot/cmdline.txt': cmdline },
    fat,
    firstSector: CARD_ALIGNMENT / SECTOR,
  });
  const state = stateFileSystem(context, { name: NAME, tar: stateTar, ext4 });
  const parts = { plan, boot, state };
  const { pieces } = context.graph.add({
    title: `card ${NAME}`,
    action: { type: 'builtin', writer: 'card', options: {} },
    inputs: parts,
    outputs: { pieces: 'pieces' },
  });
  return { pieces, parts };
}

/** The firmware, and its licence beside it: it must be handed on with the files. */
function firmware(context: BuildContext): { readonly [path: string]: Artifact<'file'> } {
  const paths = Object.fromEntries(FIRMWARE.map((name) => [name, `usr/lib/raspi-firmware/${name}`]));
  return filesOfPackage(
    context,
    { set: 'raspberry-pi-boot', arch: 'arm64', name: 'raspi-firmware' },
    { ...paths, 'LICENCE.raspi-firmware': 'usr/share/doc/raspi-firmware/copyright' },
  );
}
