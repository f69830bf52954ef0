import type { BootCase } from '../rig/boot-case.ts';
import { bootTest } from '../rig/machine.ts';
import { DOCKER_RUNS, IDENTITY, SERVICES_RUN } from './checks.ts';

const stick: Omit<BootCase, 'name' | 'firmware'> = {
  medium: 'usb',
  memoryMiB: 1024,
  checks: [...IDENTITY, { sentence: 'the layers are on the stick', run: 'cat /proc/mounts', prints: /^\/dev\/sd[a-z]\d? \S+ iso9660 ro/m }, ...SERVICES_RUN, ...DOCKER_RUNS],
};

bootTest({ ...stick, name: 'the ISO boots as a USB stick under a BIOS', firmware: 'bios' });
bootTest({ ...stick, name: 'the ISO boots as a USB stick under UEFI', firmware: 'uefi', runs: 'release' });
