import { bootTest } from '../rig/machine.ts';
import { DOCKER_RUNS, SERVICES_UP } from './checks.ts';

// Under a BIOS alone: Debian's OVMF drives network cards by itself, and never starts the iPXE in their ROM.
bootTest({
  name: 'iPXE in a network card starts rancheros.ipxe over plain HTTP',
  medium: 'network',
  firmware: 'bios',
  runs: 'release',
  memoryMiB: 1024,
  checks: [
    { sentence: 'the kernel got the words of the script', run: 'cat /proc/cmdline', prints: /initrd=initrd console=tty1 console=ttyS0,115200 .*rancher\.autologin=ttyS0/ },
    { sentence: 'nothing but memory was there to start from', run: 'ls /sys/class/block | grep -E "^(sd|vd|sr|nvme)" | wc -l', prints: /^0$/m },
    SERVICES_UP,
    ...DOCKER_RUNS,
  ],
});
