import { bootTest } from '../rig/machine.ts';
import { DOCKER_RUNS, IDENTITY, SECURE_BOOT, SERVICES_RUN } from './checks.ts';

bootTest({
  name: 'vmlinuz and initrd of arm64 boot on an Arm machine',
  target: 'arm64',
  board: 'virt',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  checks: [{ sentence: 'the processor is an Arm', run: 'uname -m', prints: /^aarch64$/m }, ...IDENTITY, ...SERVICES_RUN, ...DOCKER_RUNS],
});

bootTest({
  name: 'the ISO of arm64 boots as a CD under UEFI',
  runs: 'release',
  target: 'arm64',
  board: 'virt',
  medium: 'cdrom',
  firmware: 'uefi',
  memoryMiB: 1024,
  checks: [
    { sentence: 'the firmware is UEFI', run: 'cat /sys/firmware/efi/fw_platform_size', prints: /^64$/m },
    { sentence: 'the layers are on the CD', run: 'cat /proc/mounts', prints: /^\/dev\/sr0 \S+ iso9660 ro/m },
    ...IDENTITY,
    ...SERVICES_RUN,
    ...DOCKER_RUNS,
  ],
});

bootTest({
  name: 'the ISO of arm64 boots as a USB stick under UEFI that starts only signed programs',
  runs: 'release',
  target: 'arm64',
  board: 'virt',
  medium: 'usb',
  firmware: 'uefi-secure',
  memoryMiB: 1024,
  checks: [SECURE_BOOT, ...IDENTITY, ...SERVICES_RUN, ...DOCKER_RUNS],
});
