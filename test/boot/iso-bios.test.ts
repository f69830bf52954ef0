import { bootTest } from '../rig/machine.ts';
import { DOCKER_WORKS, IDENTITY, NO_ZOMBIES, SERVICES_RUN, SERVICES_WORK } from './checks.ts';

bootTest({
  name: 'the ISO boots as a CD under a BIOS, every service does its work, and docker runs, builds and composes',
  medium: 'cdrom',
  firmware: 'bios',
  memoryMiB: 1024,
  hotPlugSlots: 2,
  checks: [
    ...IDENTITY,
    ...SERVICES_RUN,
    ...SERVICES_WORK,
    ...DOCKER_WORKS,
    NO_ZOMBIES,
    { sentence: 'acpid takes the power button for an ordered shutdown', powersOff: { by: { type: 'power-button' } }, deadlineSeconds: 90 },
  ],
});
