import type { BootCase, Check } from '../rig/boot-case.ts';
import { bootTest } from '../rig/machine.ts';
import { DOCKER_RUNS, IDENTITY, NO_ZOMBIES, SERVICES_RUN } from './checks.ts';

const TWENTY_RUNS: Check = {
  sentence: 'twenty containers run, one after the other',
  // What the kernel says stands beside a failure: a container that was killed has its reason there.
  run: 'for i in $(seq 20); do docker run --rm busybox:test echo run $i || { sudo dmesg | grep -v veth | tail -n 5; exit 1; }; done',
  prints: /^run 20$/m,
  deadlineSeconds: 400,
};

const stick: Omit<BootCase, 'name' | 'firmware'> = {
  medium: 'usb',
  memoryMiB: 512,
  checks: [...IDENTITY, { sentence: 'the layers are on the stick', run: 'cat /proc/mounts', prints: /^\/dev\/sd[a-z]\d? \S+ iso9660 ro/m }, ...SERVICES_RUN, ...DOCKER_RUNS, TWENTY_RUNS, NO_ZOMBIES],
};

bootTest({ ...stick, name: 'the ISO boots as a USB stick under a BIOS in 512 MiB and runs twenty containers', firmware: 'bios' });
bootTest({ ...stick, name: 'the ISO boots as a USB stick under UEFI and runs twenty containers', firmware: 'uefi', memoryMiB: 1024, runs: 'release' });
