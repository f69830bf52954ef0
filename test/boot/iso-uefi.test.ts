import type { ConsoleCheck } from '../rig/boot-case.ts';
import { bootTest } from '../rig/machine.ts';
import { DOCKER_RUNS, IDENTITY, SECURE_BOOT, SERVICES_RUN } from './checks.ts';

/** What the boot loader says stands before the kernel's first line. */
const GRUB_IS_CALM: ConsoleCheck = { sentence: 'GRUB finds whatever it looks for', shows: /^(?![\s\S]*error: )[\s\S]*RancherOS/ };

bootTest({
  name: 'the ISO boots as a CD under UEFI and restarts in order when PID 1 is told to end',
  medium: 'cdrom',
  firmware: 'uefi',
  memoryMiB: 1024,
  checks: [
    { sentence: 'the firmware is UEFI', run: 'cat /sys/firmware/efi/fw_platform_size', prints: /^64$/m },
    GRUB_IS_CALM,
    ...IDENTITY,
    ...SERVICES_RUN,
    ...DOCKER_RUNS,
    { sentence: 'SIGTERM to PID 1 restarts the machine in order', reboots: { run: 'sudo kill -TERM 1' }, deadlineSeconds: 90 },
    ...IDENTITY.slice(0, 1),
    { sentence: 'after the restart System Docker has its services', run: 'sudo system-docker ps -q | wc -l', prints: /^([89]|\d\d)$/m, eventually: true },
  ],
});

bootTest({
  name: 'the ISO boots as a CD under UEFI that starts only signed programs',
  runs: 'release',
  medium: 'cdrom',
  firmware: 'uefi-secure',
  memoryMiB: 1024,
  checks: [GRUB_IS_CALM, SECURE_BOOT, ...IDENTITY, ...SERVICES_RUN, ...DOCKER_RUNS],
});
