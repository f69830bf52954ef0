import type { BootCase, Check } from '../rig/boot-case.ts';
import { bootTest } from '../rig/machine.ts';
import { releasedDisk } from '../rig/released-disk.ts';
import { DOCKER_RUNS, IDENTITY, SECURE_BOOT, SERVICES_RUN } from './checks.ts';

/** Without those that are about the login of a live system: a disk logs nobody in on its screen. */
const INSTALLED: readonly Check[] = IDENTITY.filter(({ sentence }) => !sentence.includes('first screen'));

const SLOT: readonly Check[] = [
  {
    sentence: 'the system runs from the boot partition that GRUB named, and from slot a of it',
    run: 'cat /proc/cmdline; grep " /run/rancher/medium " /proc/1/mountinfo; sudo losetup -ln -O BACK-FILE',
    prints: /rancher\.boot=UUID=[0-9A-F]{4}-[0-9A-F]{4} rancher\.slot=a[\s\S]* vfat [\s\S]*\/run\/rancher\/medium\/a\/rancheros\/base\.squashfs/,
  },
  {
    sentence: 'the state has grown to the end of the disk, partition and file system',
    run: 'sudo nsenter -t 1 -m -- df -m --output=source,size /run/rancher/state',
    prints: /^\/dev\/\w+3 +3[3-5]\d\d$/m,
  },
  { sentence: 'nobody is logged in on the first screen', run: 'ps -o comm= -t tty1 | sort -u', prints: /^(agetty|getty|login)?\s*$/ },
];

/** GRUB's choice as the running system finds it. */
const CHOICE = 'sudo head -c 512 /run/rancher/medium/EFI/debian/grubenv | grep -a =';

/** As after an upgrade to a version that is in slot b: here that slot holds the same one, to which `change` is done. */
const onTrial = (sentence: string, change = 'true'): Check => ({
  sentence,
  run: `set -e
m=/run/rancher/medium
sudo sh -c "mount -o remount,rw $m && cp -r $m/a $m/b && ${change} && printf '%-1024s' '# GRUB Environment Block
failed=
left=3
next=b
slot=a
' | tr ' ' '#' | sed 's/^##GRUB#Environment#Block/# GRUB Environment Block/' >/tmp/env && dd if=/tmp/env of=$m/EFI/debian/grubenv conv=notrunc,fsync status=none && mount -o remount,ro $m"
${CHOICE}`,
  prints: /^next=b$/m,
  deadlineSeconds: 120,
});

const TRIAL: readonly Check[] = [
  onTrial('slot b is filled and put on trial'),
  { sentence: 'the machine restarts in order', reboots: { run: 'sudo reboot' }, deadlineSeconds: 90 },
  { sentence: 'it runs slot b', run: 'cat /proc/cmdline', prints: /rancher\.slot=b/ },
  { sentence: 'the system confirms slot b once it has started', run: CHOICE, prints: /^failed=\nleft=\nnext=\nslot=b$/m, eventually: true, deadlineSeconds: 120 },
  { sentence: 'the medium is read-only again', run: 'grep " /run/rancher/medium " /proc/1/mountinfo', prints: /\/run\/rancher\/medium ro,/ },
];

/** Some bytes of the kernel are others than those that Debian signed. */
const UNSIGNED: readonly Check[] = [
  onTrial('slot b gets a kernel with another content, and is put on trial', 'printf unsigned | dd of=$m/b/boot/vmlinuz bs=1 seek=4000000 conv=notrunc status=none'),
  { sentence: 'the machine restarts in order', reboots: { run: 'sudo reboot' }, deadlineSeconds: 90 },
  { sentence: 'its boot loader refuses that kernel', shows: /bad shim signature/ },
  { sentence: 'it runs slot a again', run: 'cat /proc/cmdline', prints: /rancher\.slot=a/ },
];

const disk = (bus: 'virtio' | 'scsi' | 'nvme' | 'ahci'): Omit<BootCase, 'name' | 'firmware' | 'checks'> => ({
  medium: 'disk',
  memoryMiB: 1024,
  disks: [{ name: 'installed', mebibytes: 4096, bus, holds: releasedDisk() }],
});

bootTest({
  ...disk('virtio'),
  name: 'rancheros.img boots under a BIOS from virtio, confirms its slot, and starts another one on trial',
  firmware: 'bios',
  checks: [...INSTALLED, ...SLOT, ...SERVICES_RUN, ...DOCKER_RUNS, ...TRIAL],
});

bootTest({
  ...disk('nvme'),
  name: 'rancheros.img boots under UEFI from NVMe',
  firmware: 'uefi',
  runs: 'release',
  checks: [...INSTALLED, ...SLOT, ...SERVICES_RUN, ...DOCKER_RUNS, ...TRIAL],
});

for (const [bus, firmware] of [
  ['scsi', 'bios'],
  ['ahci', 'bios'],
  ['nvme', 'bios'],
  ['virtio', 'uefi-secure'],
  ['ahci', 'uefi'],
] as const) {
  bootTest({
    ...disk(bus),
    name: `rancheros.img boots under ${firmware} from ${bus}`,
    firmware,
    runs: 'release',
    checks: [...(firmware === 'uefi-secure' ? [SECURE_BOOT] : []), ...INSTALLED, ...SLOT, ...(firmware === 'uefi-secure' ? UNSIGNED : [])],
  });
}

bootTest({
  ...disk('virtio'),
  name: 'rancheros.img with rancher.toram lets its disk go',
  firmware: 'bios',
  runs: 'release',
  disks: [{ name: 'installed', mebibytes: 4096, holds: releasedDisk('rancher.autologin=ttyS0 rancher.toram') }],
  checks: [
    ...INSTALLED,
    { sentence: 'the layers are in memory', run: 'sudo losetup -ln -O BACK-FILE; ls /run/rancher/ram/boot', prints: /\/run\/rancher\/ram\/rancheros\/base\.squashfs[\s\S]*initrd\s+vmlinuz/ },
    { sentence: 'the boot partition is not mounted', run: 'grep -c " /run/rancher/medium " /proc/1/mountinfo', exits: 1, prints: /^0$/m },
  ],
});

bootTest({
  ...disk('virtio'),
  name: 'two disks with the same labels: the system runs from the one that the boot loader came from',
  firmware: 'bios',
  runs: 'release',
  disks: [
    // The one that is started has letters behind the other's.
    { name: 'installed', mebibytes: 4096, bus: 'scsi', holds: releasedDisk() },
    {
      name: 'other',
      mebibytes: 64,
      holds: { type: 'fat', label: 'RANCHERBOOT', files: { 'a/rancheros/layers': 'none of ours\n' } },
    },
  ],
  checks: [...INSTALLED, { sentence: 'the medium is the partition of the started disk', run: 'cat /run/rancher/medium-device', prints: /^\/dev\/sda2$/m }],
});

bootTest({
  ...disk('virtio'),
  name: 'a machine whose state disk is full says so, takes a login and obeys the power button, in its next start too',
  firmware: 'bios',
  runs: 'release',
  disks: [{ name: 'installed', mebibytes: 1536, holds: releasedDisk() }],
  checks: [
    { sentence: 'the disk is filled', run: 'sudo dd if=/dev/zero of=/home/filler bs=1M 2>&1; sync; df -m /home', prints: /No space left on device[\s\S]* 100% /, deadlineSeconds: 180 },
    { sentence: 'that is told on the console', shows: /the state disk is full \(\d+ MiB free\)/, deadlineSeconds: 90 },
    { sentence: 'and before every login', run: 'cat /run/issue.d/06-full.issue', prints: /THE STATE DISK IS FULL/ },
    { sentence: 'the power button ends it in order', powersOff: { by: { type: 'power-button' } }, deadlineSeconds: 120 },
    { sentence: 'it did so by itself', shows: /going to poweroff: stopping services/ },
    { sentence: 'it is switched on again, and somebody is logged in', powerCut: {} },
    { sentence: 'it still says so', run: 'sudo dmesg', prints: /the state disk is full/ },
    { sentence: 'the power button ends it in order again', powersOff: { by: { type: 'power-button' } }, deadlineSeconds: 180 },
  ],
});

bootTest({
  ...disk('virtio'),
  name: 'two disks of one image in one machine: the state is that of the disk that was started, and they do not stay the same',
  firmware: 'bios',
  runs: 'release',
  disks: [
    { name: 'installed', mebibytes: 1536, holds: releasedDisk() },
    { name: 'copy', mebibytes: 1536, holds: releasedDisk() },
  ],
  checks: [
    {
      sentence: 'the state is that of the started disk',
      run: 'sudo nsenter -t 1 -m -- findmnt -n -o SOURCE /run/rancher/state; cat /run/rancher/medium-device',
      prints: /^\/dev\/vda3\n\/dev\/vda2$/m,
    },
    {
      sentence: 'the other one is told',
      run: 'sudo dmesg',
      prints: /LABEL=RANCHER_STATE is not the name of one device: \/dev\/vda3 is taken, which is on the disk that this system was started from; \/dev\/vdb3/,
    },
    { sentence: 'so is what they have in common', run: 'sudo dmesg', prints: /\/dev\/vda2 and \/dev\/vdb2 have the same UUID/ },
    { sentence: 'the started one has a serial number of its own now', run: 'sudo blkid -p -o value -s UUID /dev/vda2 /dev/vdb2 | sort -u | wc -l', prints: /^2$/m },
    { sentence: 'the machine restarts in order', reboots: { run: 'sudo reboot' }, deadlineSeconds: 90 },
    {
      sentence: 'it runs from the same disk, by its own number',
      run: 'sudo nsenter -t 1 -m -- findmnt -n -o SOURCE /run/rancher/state; cat /run/rancher/medium-device; sudo dmesg | grep -c "vda2 and /dev/vdb2 have"',
      exits: 1,
      prints: /^\/dev\/vda3\n\/dev\/vda2\n0$/m,
    },
  ],
});

bootTest({
  ...disk('virtio'),
  name: 'a version on trial whose Docker does not run is not confirmed, and the one before is taken again',
  firmware: 'bios',
  runs: 'release',
  checks: [
    onTrial(
      'slot b is filled with a version without a Docker, and put on trial',
      `sed -i 's@^set arguments=.@&rancher.services.docker.command=/bin/false @' $m/b/slot.cfg && grep -q services.docker $m/b/slot.cfg`,
    ),
    { sentence: 'the machine restarts in order', reboots: { run: 'sudo reboot' }, deadlineSeconds: 90 },
    { sentence: 'it runs slot b', run: 'cat /proc/cmdline', prints: /rancher\.services\.docker\.command=\/bin\/false.*rancher\.slot=b/ },
    { sentence: 'long after a good version would have been confirmed, it is not', run: `sleep 100; ${CHOICE}`, prints: /^left=2\nnext=b\nslot=a$/m, deadlineSeconds: 180 },
    { sentence: 'it restarts', reboots: { run: 'sudo reboot' }, deadlineSeconds: 120 },
    { sentence: 'and again', reboots: { run: 'sudo reboot' }, deadlineSeconds: 120 },
    { sentence: 'and when its trials are used up', reboots: { run: 'sudo reboot' }, deadlineSeconds: 120 },
    { sentence: 'it runs slot a again', run: 'cat /proc/cmdline', prints: /rancher\.slot=a/ },
    { sentence: 'whose Docker answers', run: 'docker version -f "{{.Server.Version}}"', prints: /^\d+\./m, eventually: true, deadlineSeconds: 90 },
  ],
});
