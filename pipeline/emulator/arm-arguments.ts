import type { Disk } from './machine.ts';

/** Bus of `virt` that CD drives hang on: there is no IDE. */
export const CD_BUS = 'cds';

/**
 * Devices of the Arm boards, for which a PC has its own. `virt` gets a plain frame buffer and a USB keyboard: EDK2 and the kernel drive
 * both. A Raspberry Pi is what it is soldered together as.
 */
export function armBoardDevices(board: 'virt' | 'raspi3b'): readonly string[] {
  if (board === 'raspi3b') return [];
  return [
    ['-device', 'ramfb'],
    ['-device', 'qemu-xhci,id=keys'],
    ['-device', 'usb-kbd,bus=keys.0'],
    ['-device', `virtio-scsi-pci,id=${CD_BUS}`],
    ['-object', 'rng-builtin,id=rng0'],
    ['-device', 'virtio-rng-pci,rng=rng0'],
  ].flat();
}

/** The SD card of a Raspberry Pi; QEMU takes sizes only that are a power of two. */
export function cardArguments(disk: Disk, value: (text: string) => string): readonly string[] {
  const words = [
    'if=sd',
    `format=${disk.format}`,
    ...(disk.snapshot ? ['snapshot=on'] : []),
    `file=${value(disk.file)}`,
  ];
  return ['-drive', words.join(',')];
}

/** Where the channel `serial0` is plugged in: on a Raspberry Pi the second port, because the first one leads to Bluetooth. */
export function armSerialPort(board: 'virt' | 'raspi3b'): readonly string[] {
  return [...(board === 'raspi3b' ? ['-serial', 'none'] : []), '-serial', 'chardev:serial0'];
}
