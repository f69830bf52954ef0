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
  name: 'the SD card boots on a Raspberry Pi 3, takes its configuration from its first partition, grows, and keeps what it was given',
  runs: 'release',
  target: 'arm64',
  board: 'raspi3b',
  medium: 'card',
  card: { mebibytes: 1024, files: { 'user-data': '#cloud-config\r\nhostname: from-the-card\r\nrancher: {autologin: [tty1, ttyS1]}\r\n' } },
  firmware: 'bios',
  memoryMiB: 1024,
  cpus: 4,
  networks: [{ card: 'usb-net', mac: '40:54:00:12:34:56' }],
  checks: [
    { sentence: 'the board is a Raspberry Pi 3', run: 'cat /proc/device-tree/model', prints: /^Raspberry Pi 3 Model B/ },
    ...IDENTITY,
    { sentence: 'the layers are on the first partition', run: 'cat /proc/mounts', prints: /^\/dev\/mmcblk0p1 \S+ vfat ro/m },
    { sentence: 'the state grew to the end of the card', run: 'cat /sys/class/block/mmcblk0p2/size', prints: /^1040384$/m },
    { sentence: 'user-data of the first partition named the machine', run: 'hostname', prints: /^from-the-card$/m, eventually: true },
    // Where the kernel looks for it, which is in no container.
    {
      sentence: 'firmware of the Wi-Fi chips is there',
      run: `sudo nsenter -t 1 -m -- sh -c 'cd /usr/lib/firmware/brcm && wc -c <brcmfmac43430-sdio.bin && wc -c <brcmfmac43455-sdio.bin'`,
      prints: /^\d{6}\n\d{6}$/m,
    },
    ...SERVICES_RUN,
    ...DOCKER_RUNS,
    { sentence: 'a file is written to the home folder', run: 'echo kept >kept && sync' },
    { sentence: 'the power fails', powerCut: {} },
    { sentence: 'the file is still there', run: 'cat kept', prints: /^kept$/m },
    { sentence: 'the image that was imported is still there', run: 'docker run --rm busybox:test echo hello again', prints: /^hello again$/m, eventually: true, deadlineSeconds: 120 },
  ],
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

bootTest({
  name: 'ros install of the ISO of arm64 makes a disk that UEFI starts',
  runs: 'release',
  target: 'arm64',
  board: 'virt',
  medium: 'cdrom',
  firmware: 'uefi',
  memoryMiB: 1024,
  disks: [{ name: 'target', mebibytes: 4096 }],
  checks: [
    {
      sentence: 'ros install writes the disk, reads it back, and ends well',
      run: "sudo ros install -f --no-reboot -d vda -a 'rancher.autologin=ttyAMA0' 2>&1",
      prints: /writing the partition table[\s\S]*RancherOS v\S+ is on \/dev\/vda/,
      deadlineSeconds: 240,
    },
    { sentence: 'it is switched off, the CD is taken out, and it starts from the disk', powerCut: { medium: 'disk' } },
    {
      sentence: 'the layers are on the disk, beside no BIOS boot partition',
      run: 'cat /proc/cmdline; cat /run/rancher/medium-device',
      prints: /console=ttyAMA0[\s\S]*rancher\.slot=a rancher\.autologin=ttyAMA0\n\/dev\/vda1$/m,
    },
    { sentence: 'the state has the rest of the disk', run: 'lsblk -bno SIZE /dev/vda2; sudo blkid -s LABEL -o value /dev/vda2', prints: /^ *3[4-9]\d{8}\nRANCHER_STATE$/m },
    ...SERVICES_RUN,
    ...DOCKER_RUNS,
  ],
});
