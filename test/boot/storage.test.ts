import { bootTest } from '../rig/machine.ts';
import { KNOWN_MODULES, WITHOUT_HARDWARE } from './known-modules.ts';

bootTest({
  name: 'an array and volumes on it are made, taken apart and found again, and the helpers of mount and the network answer',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 768,
  runs: 'release',
  disks: [
    { name: 'left', mebibytes: 64 },
    { name: 'right', mebibytes: 64 },
  ],
  configMedium: { label: 'cidata', files: { 'meta-data': 'instance-id: one\n', 'user-data': '#cloud-config\nmounts:\n- [10.0.2.2:/x, /mnt/n, nfs, ""]\n' } },
  checks: [
    {
      sentence: 'a share of the configuration whose server is not there is told in a sentence',
      run: 'sudo dmesg | grep 10.0.2.2:/x',
      prints: /mounts: 10\.0\.2\.2:\/x is not mounted on \/mnt\/n: mount\.nfs: (Connection (refused|timed out)|rpc\.statd is not running)/,
      eventually: true,
    },
    {
      sentence: 'mdadm mirrors two disks, and udev names the array',
      run: 'yes | sudo mdadm --create /dev/md/pair --homehost=any --metadata=1.2 --level=1 --raid-devices=2 /dev/vda /dev/vdb && sudo udevadm settle && readlink -f /dev/md/pair && cat /proc/mdstat',
      prints: /^\/dev\/md\d+\n[\s\S]*active raid1/m,
    },
    {
      sentence: 'lvm makes a volume on it, and udev gives it the names of the volume and of its file system',
      run: 'sudo vgcreate group /dev/md/pair && sudo lvcreate -y -L 24M -n files group && sudo mkfs.ext4 -q -L FILES /dev/group/files && sudo udevadm settle && readlink -f /dev/mapper/group-files /dev/group/files /dev/disk/by-label/FILES',
      prints: /^(\/dev\/dm-0\n){3}$/m,
    },
    { sentence: 'neither had anything to warn of', run: 'sudo lvs 2>&1', prints: /^ *LV[^\n]*\n *files +group +-wi-a----- +24\.00m *\n$/ },
    { sentence: 'a file is left on it', run: 'sudo mount LABEL=FILES /mnt && echo kept | sudo tee /mnt/file && sudo umount /mnt' },
    { sentence: 'both are taken apart', run: 'sudo vgchange -an group && sudo mdadm --stop /dev/md/pair && ls /dev/mapper && cat /proc/mdstat', prints: /^control\n[\s\S]*unused devices/m },
    {
      sentence: 'they are found again by what their disks say',
      run: 'sudo mdadm --assemble --scan && sudo vgchange -aay && sudo udevadm settle && sudo mount LABEL=FILES /mnt && cat /mnt/file && sudo umount /mnt',
      prints: /^kept$/m,
    },
    { sentence: 'ethtool sees the link', run: 'sudo ethtool eth0', prints: /Link detected: yes/ },
    {
      sentence: 'mount.nfs, umount.nfs, mount.nfs4 and mount.cifs are where mount looks for them',
      run: 'sudo mount.nfs -V && sudo mount.nfs4 -V && ls /sbin/umount.nfs /sbin/umount.nfs4 && sudo mount.cifs -V',
      prints: /mount\.nfs: [\s\S]*mount\.nfs4: [\s\S]*mount\.cifs version: \d/,
    },
    {
      sentence: 'a share whose server does not answer is told in words',
      run: 'sudo mount -t nfs -o vers=4.2,retry=0 10.0.2.2:/x /mnt 2>&1; sudo mount -t nfs -o vers=3,nolock,retry=0 10.0.2.2:/x /mnt 2>&1; sudo mount -t cifs -o guest //10.0.2.2/x /mnt 2>&1',
      prints: /^mount\.nfs: Connection refused[\s\S]*mount\.nfs: Connection (refused|timed out)[\s\S]*mount error\(\d+\)/m,
      exits: 32,
    },
    {
      sentence: 'each module that people need is loaded',
      run: `for m in ${KNOWN_MODULES.join(' ')}; do sudo modprobe $m 2>&1; done; echo all`,
      prints: /^all\n$/,
      deadlineSeconds: 300,
    },
    {
      sentence: 'drivers of what is not there are whole, and miss the hardware alone',
      run: `for m in ${WITHOUT_HARDWARE.join(' ')}; do sudo modprobe $m 2>&1 | grep -vE "No such device|Operation not supported|Input/output error"; done; echo all`,
      prints: /^all\n$/,
      deadlineSeconds: 120,
    },
    {
      sentence: "the kernel's configuration is where check-config and kubeadm look for it",
      run: 'grep -x CONFIG_OVERLAY_FS=m /boot/config-$(uname -r) /lib/modules/$(uname -r)/config',
      prints: /^\/boot[^\n]*\n\/lib[^\n]*\n$/,
    },
    {
      sentence: 'apparmor_parser loads a profile, and the kernel confines a program by it',
      run: `sudo mount -t securityfs securityfs /sys/kernel/security && echo 'profile confined-cat { /usr/bin/cat mr, /proc/*/attr/current r, /usr/lib/** mr, }' | sudo apparmor_parser -r && sudo sh -c 'echo "exec confined-cat" >/proc/self/attr/exec; exec cat /proc/self/attr/current'`,
      prints: /^confined-cat \(enforce\)$/m,
    },
  ],
});
