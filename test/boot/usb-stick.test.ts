import type { BootCase, Check } from '../rig/boot-case.ts';
import { bootTest } from '../rig/machine.ts';
import { DOCKER_RUNS, IDENTITY, NO_ZOMBIES, SERVICES_RUN } from './checks.ts';

/** An emulated processor needs four seconds for each; `npm run test:release` starts all twenty. */
const CONTAINERS = process.env['RANCHEROS_TEST_RELEASE'] === '1' ? 20 : 5;

const CONTAINERS_RUN: Check = {
  sentence: `${CONTAINERS} containers run, one after the other`,
  // What the kernel says stands beside a failure: a container that was killed has its reason there.
  run: `for i in $(seq ${CONTAINERS}); do docker run --rm busybox:test echo run $i || { sudo dmesg | grep -v veth | tail -n 5; exit 1; }; done`,
  prints: new RegExp(`^run ${CONTAINERS}$`, 'm'),
  deadlineSeconds: 400,
};

const stick: Omit<BootCase, 'name' | 'firmware'> = {
  medium: 'usb',
  memoryMiB: 512,
  checks: [
    ...IDENTITY,
    { sentence: 'the layers are on the stick', run: 'cat /proc/mounts', prints: /^\/dev\/sd[a-z]\d? \S+ iso9660 ro/m },
    ...SERVICES_RUN,
    ...DOCKER_RUNS,
    CONTAINERS_RUN,
    NO_ZOMBIES,
  ],
};

bootTest({ ...stick, name: 'the ISO boots as a USB stick under a BIOS in 512 MiB and runs containers in a row', firmware: 'bios' });
bootTest({ ...stick, name: 'the ISO boots as a USB stick under UEFI and runs containers in a row', firmware: 'uefi', memoryMiB: 1024, runs: 'release' });
