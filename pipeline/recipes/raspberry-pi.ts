import type { Artifact, InputRef } from '../core/step.ts';
import { CARD_ALIGNMENT } from '../formats/card-layout.ts';
import { BOOT_LABEL } from '../formats/disk-layout.ts';
import { SECTOR } from '../formats/sector.ts';
import { kernelArguments } from '../shared/kernel-arguments.ts';
import { card } from '../steps/card/step.ts';
import { cardPlan } from '../steps/card-plan/step.ts';
import { bootPartition } from '../steps/fat/step.ts';
import { measuredStream } from '../steps/measured-stream/step.ts';
import type { BuildContext } from './context.ts';
import { deviceTrees } from './kernel.ts';
import type { MediumStream } from './medium.ts';
import { filesOfPackage } from './packages.ts';
import { DEFAULT_STATE_MIB, emptyState, stateFileSystem } from './state.ts';
import { type Extras, liveSystem } from './system.ts';
import { toolsOf } from './tool-image.ts';

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
export function raspberryPiCard(context: BuildContext): MediumStream {
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
  const stateTar = emptyState(context);
  const { plan, fat, ext4, cmdline } = cardPlan(context.graph, {
    title: `plan of the card ${NAME}`,
    inputs: { boot: files, state: stateTar },
    options: {
      name: NAME,
      stateMiB: DEFAULT_STATE_MIB,
      arguments: kernelArguments('card', 'arm64', context.product?.kernelArguments),
    },
  });
  const contents = { ...files, 'cmdline.txt': cmdline };
  const boot = bootPartition(toolsOf(context), {
    name: NAME,
    label: BOOT_LABEL,
    files: contents,
    fat,
    firstSector: CARD_ALIGNMENT / SECTOR,
  });
  const parts = { plan, boot, state: stateFileSystem(context, { name: NAME, tar: stateTar, ext4 }) };
  const { pieces } = card(context.graph, { title: `card ${NAME}`, inputs: parts, options: {} });
  const measures = measuredStream(context.graph, {
    title: `measures of the card ${NAME}`,
    streams: [{ pieces, parts }],
    as: 'disk',
  });
  return { pieces, parts, medium: { platform: 'raspberry-pi', contents, measures } };
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
