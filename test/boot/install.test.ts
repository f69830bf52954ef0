import type { BootCase, Check } from '../rig/boot-case.ts';
import { bootTest } from '../rig/machine.ts';
import { IDENTITY, SERVICES_RUN } from './checks.ts';

const CONFIG = `cat >/tmp/user.yml <<'END'
#cloud-config
hostname: put-on-disk
rancher:
  no_such_key: true
END`;

/** What an installation refuses, before it writes anything. */
const REFUSED: readonly Check[] = [
  { sentence: 'install without a disk says what is missing', run: 'sudo ros install 2>&1', exits: 2, prints: /-d names the disk; none was given/ },
  {
    sentence: 'a disk that is not there is refused, and those that are there are listed',
    run: 'sudo ros install -d /dev/vdx 2>&1',
    exits: 1,
    prints: /no disk \/dev\/vdx\. Did you mean \/dev\/vd[ab]\?\n[\s\S]*\/dev\/vda +8\.6 GB/,
  },
  { sentence: 'somebody who is not root is told so', run: 'ros install -d /dev/vda 2>&1', exits: 1, prints: /only root/ },
  {
    sentence: 'a disk that is too small is refused with the least size',
    run: 'sudo ros install -f -d /dev/vdb 2>&1',
    exits: 1,
    prints: /\/dev\/vdb is too small: it has 6\d\.\d MB, and \d{3} MB are the least/,
  },
  {
    sentence: 'a disk with a file system is refused with what it has',
    run: 'sudo mkfs.ext4 -q -F -L precious /dev/vda && sudo ros install -d /dev/vda 2>&1',
    exits: 1,
    prints: /\/dev\/vda is not empty; with -f everything on it is lost\. It has:\n {2}\/dev\/vda: ext4, label precious/,
  },
  {
    sentence: 'a mounted disk is refused, even with -f',
    run: 'sudo mkdir -p /mnt/precious && sudo mount /dev/vda /mnt/precious && sudo ros install -f -d /dev/vda 2>&1; result=$?; sudo umount /mnt/precious; exit $result',
    exits: 1,
    prints: /\/dev\/vda is mounted on \/mnt\/precious/,
  },
  {
    sentence: 'a cloud-config with an error is refused with the place',
    run: `printf '#cloud-config\\nhostname: [a\\n' >/tmp/bad.yml; sudo ros install -f -d /dev/vda -c /tmp/bad.yml 2>&1`,
    exits: 1,
    prints: /nothing was written: the cloud-config has errors\.\n\/tmp\/bad\.yml:\d+:\d+: error/,
  },
  { sentence: 'after all that the disk has what it had', run: 'sudo blkid -p /dev/vda', prints: /LABEL="precious"/ },
];

const INSTALL: Check = {
  sentence: 'ros install writes the disk, reads it back, and ends well',
  run: `${CONFIG}\nsudo ros install -f --no-reboot -d vda -c /tmp/user.yml -a 'rancher.autologin=ttyS0 rancher.x=[a,b]' 2>&1`,
  prints: /no_such_key[\s\S]*copying rancheros\/engine\.squashfs[\s\S]*reading back[\s\S]*writing the partition table[\s\S]*RancherOS v\S+ is on \/dev\/vda/,
  deadlineSeconds: 240,
};

/** The machine after it was switched on again without the CD. */
const INSTALLED: readonly Check[] = [
  ...IDENTITY.filter(({ sentence }) => !sentence.includes('first screen')),
  {
    sentence: 'it runs from the disk, with the words of -a',
    run: 'cat /proc/cmdline; cat /run/rancher/medium-device',
    prints: /rancher\.slot=a rancher\.autologin=ttyS0 rancher\.x=\[a,b\]\n\/dev\/vda2$/m,
  },
  {
    sentence: 'the state has the rest of the disk',
    // The label is read from the disk: lsblk asks udev, whose database may be older than the file system.
    run: 'sudo blkid -p -s LABEL -o value /dev/vda3; sudo blockdev --getsize64 /dev/vda3',
    prints: /^RANCHER_STATE\n8049917952$/m,
  },
  ...SERVICES_RUN,
];

/** What the state must bring back. */
const KEPT: readonly Check[] = [
  { sentence: 'the cloud-config of -c holds', run: 'hostname; sudo stat -c %a /var/lib/rancher/conf/cloud-config.d/user_config.yml', prints: /^put-on-disk\n600$/m },
  { sentence: 'a file is written', run: 'echo kept | sudo tee /opt/kept && sync' },
  { sentence: 'the machine restarts in order', reboots: { run: 'sudo reboot' }, deadlineSeconds: 90 },
  { sentence: 'the file and the name are still there', run: 'cat /opt/kept; hostname', prints: /^kept\nput-on-disk$/m },
];

const blank: Omit<BootCase, 'name' | 'firmware' | 'checks'> = {
  medium: 'cdrom',
  memoryMiB: 1024,
  disks: [
    { name: 'target', mebibytes: 8192 },
    { name: 'small', mebibytes: 64 },
  ],
};

const SWITCHED_ON: readonly Check[] = [
  { sentence: 'the machine is switched off', powersOff: { run: 'sudo poweroff' }, deadlineSeconds: 90 },
  { sentence: 'it starts from the disk, without the CD', powerCut: { medium: 'disk' } },
];

bootTest({
  ...blank,
  name: 'ros install from the ISO under a BIOS: what it refuses, what it writes, and what starts from it',
  firmware: 'bios',
  checks: [...REFUSED, INSTALL, ...SWITCHED_ON, ...INSTALLED, ...KEPT],
});

bootTest({
  ...blank,
  name: 'ros install from the ISO under UEFI, onto NVMe',
  firmware: 'uefi',
  runs: 'release',
  disks: [{ name: 'target', mebibytes: 8192, bus: 'nvme' }],
  checks: [
    { ...INSTALL, run: INSTALL.run.replace('-d vda', '-d /dev/nvme0n1'), prints: /RancherOS v\S+ is on \/dev\/nvme0n1/ } as Check,
    ...SWITCHED_ON,
    { sentence: 'it runs from the disk', run: 'cat /run/rancher/medium-device', prints: /^\/dev\/nvme0n1p2$/m },
    ...SERVICES_RUN,
    ...KEPT,
  ],
});

bootTest({
  ...blank,
  name: 'the power is cut during ros install, and running it again works',
  firmware: 'bios',
  runs: 'release',
  checks: [
    { sentence: 'the power is cut soon after an installation was begun', powerCut: { during: 'sudo ros install -f --no-reboot -d vda', afterSeconds: 2 } },
    { sentence: 'the disk has no partition table', run: 'sudo wipefs /dev/vda | wc -l', prints: /^0$/m },
    {
      sentence: 'ros install',
      commandCuts: { times: 10, during: 'sudo ros install -f --no-reboot -d vda', deadlineSeconds: 240, after: [] },
    },
    INSTALL,
    ...SWITCHED_ON,
    ...INSTALLED,
  ],
});

bootTest({
  ...blank,
  name: 'ros install from the ISO works with 512 MiB of memory',
  firmware: 'bios',
  memoryMiB: 512,
  runs: 'release',
  checks: [
    INSTALL,
    { sentence: 'how much memory was left', run: 'grep -E "MemTotal|MemAvailable" /proc/meminfo; sudo dmesg | grep -c "Out of memory"', prints: /^0$/m, exits: 1 },
    ...SWITCHED_ON,
    ...INSTALLED,
  ],
});
