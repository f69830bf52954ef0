import * as messages from '../../../pipeline/emulator/messages.ts';
import { messageTests } from '../../rig/messages.ts';

const SEE_QEMU = 'Start the same machine with `npm run boot`: what QEMU says is shown there.';
const SEE_CONSOLE = 'The lines above are the last of its console.';
const TAIL = '[ 1.0] login:';
const kind = 'step';

messageTests('pipeline/emulator/messages.ts', messages, {
  notAnAccelerator: [[['fast'], { kind: 'usage', message: 'RANCHEROS_ACCEL takes kvm, tcg or auto, not "fast".', hint: 'Set it to one of these, or leave it out.' }]],
  noSuchFirmware: [[['virt', 'uefi-secure'], { kind: 'usage', message: 'The machine "virt" has no uefi-secure firmware.', hint: 'Give it a kernel instead.' }]],
  imageNotUnpacked: [
    [
      ['dist/rancheros.img', 'zstd: bad magic'],
      {
        kind: 'wrong-bytes',
        message: 'The disk image cannot be unpacked.',
        place: { file: 'dist/rancheros.img' },
        evidence: 'zstd: bad magic',
        hint: 'Run `npm run verify`: it says whether the file is damaged. A full disk ends it too.',
      },
    ],
  ],
  notAnInstalledDisk: [
    [
      ['/tmp/a.img', 'append.cfg'],
      {
        kind: 'wrong-bytes',
        message: 'This is no installed disk: it has no append.cfg.',
        place: { file: '/tmp/a.img' },
        hint: 'Leave out --append, or boot a disk image of a release.',
      },
    ],
  ],
  machineOffBeforeEvent: [[['the reset'], { kind, message: 'the reset did not happen: the machine was switched off.', hint: SEE_QEMU }]],
  eventNotTold: [[['the reset', 'RESET', 30], { kind, message: 'the reset did not happen: QEMU did not tell RESET within 30 seconds.', hint: SEE_QEMU }]],
  monitorRefused: [
    [['device_add', 'Bus hot9 not found'], { kind, message: 'QEMU refused device_add: Bus hot9 not found.', hint: SEE_QEMU }],
    [['device_add', undefined], { kind, message: 'QEMU refused device_add: no reason given.', hint: SEE_QEMU }],
  ],
  monitorGone: [[['quit'], { kind, message: 'QEMU ended before it answered quit.', hint: SEE_QEMU }]],
  notShown: [[['a shell', '60 seconds were not enough', TAIL], { kind, message: 'The machine did not show a shell: 60 seconds were not enough.', evidence: TAIL, hint: SEE_CONSOLE }]],
  typingDamaged: [
    [
      ['ls "a"', 3, TAIL],
      {
        kind,
        message: 'The serial line lost characters 3 times while this was typed: "ls \\"a\\"".',
        evidence: TAIL,
        hint: 'Run it again when this machine has less to do.',
      },
    ],
  ],
  outputDamaged: [[['ls', 3, TAIL], { kind, message: 'The serial line damaged the output of "ls" 3 times.', evidence: TAIL, hint: 'Run it again when this machine has less to do.' }]],
  outputNotKept: [[['ls', TAIL], { kind, message: 'The machine has no room to keep the output of "ls".', evidence: TAIL, hint: 'Give it more memory, or a larger disk.' }]],
  guestCommandFailed: [[['docker ps', { code: 1, words: 'no daemon' }, TAIL], { kind, message: 'In the machine, "docker ps" ended with 1: no daemon.', evidence: TAIL, hint: SEE_CONSOLE }]],
});
