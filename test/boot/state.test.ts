import { SHELL_PROMPT } from '../../pipeline/emulator/shell.ts';
import type { CaseDisk, Check } from '../rig/boot-case.ts';
import { bootTest } from '../rig/machine.ts';
import { KNOWN_KEY } from '../rig/ssh.ts';
import { oracleOutput } from '../rig/tools.ts';
import { DOCKER_RUNS, SERVICES_RUN, SERVICES_UP } from './checks.ts';
import { BARE_GPT, dockerMachines, LUKS, LVM, RAID, shippedDisk } from './foreign-disks.ts';
import { INIT, KEPT, onDisk, outside, STATE_LINE, STORE } from './state-checks.ts';

const REFUSED: readonly (readonly [string, RegExp])[] = [
  ['ext4', /vdb is not formatted: it holds ext4/],
  ['LVM', /vdc is not formatted: it holds a volume of LVM/],
  ['LUKS', /vdd is not formatted: it holds an encrypted volume/],
  ['RAID', /vde is not formatted: it holds a member of a software RAID/],
  ['data deep in it', /vdj is not formatted: there is data in its first 64 MiB/],
  ['a bare GPT', /vdf is not formatted: it holds a partition table \(gpt\)/],
];

bootTest({
  name: 'a blank disk becomes the state disk, disks of others are left alone, and what a user stored survives a restart and a power cut',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  append: `${STATE_LINE} rancher.state.autoformat=[/dev/sda,/dev/vdb,/dev/vdc,/dev/vdd,/dev/vde,/dev/vdf,/dev/vdj,/dev/vda]`,
  disks: [
    { name: 'blank', mebibytes: 2048 },
    { name: 'ext4', mebibytes: 64, holds: { type: 'ext4', label: 'SOMEBODYS' } },
    { name: 'lvm', mebibytes: 64, holds: LVM },
    { name: 'luks', mebibytes: 64, holds: LUKS },
    { name: 'raid', mebibytes: 64, holds: RAID },
    { name: 'gpt', mebibytes: 64, holds: BARE_GPT },
    { name: 'oem', mebibytes: 16, holds: { type: 'ext4', label: 'RANCHER_OEM', files: { 'oem-config.yml': 'hostname: named-by-its-maker\n' } } },
    { name: 'swap', mebibytes: 64, holds: { type: 'swap', label: 'RANCHER_SWAP' } },
    { name: 'boot', mebibytes: 16, holds: { type: 'fat', label: 'RANCHERBOOT', files: { marker: 'of the boot disk\n' } } },
    { name: 'deep', mebibytes: 64, holds: { type: 'bytes', parts: [{ offset: 40 * 2 ** 20, bytes: "somebody's rows" }] } },
  ],
  checks: [
    onDisk('/dev/vda'),
    { sentence: 'it is ext4 with the label RANCHER_STATE', run: 'sudo blkid -p /dev/vda', prints: /LABEL="RANCHER_STATE".* TYPE="ext4"/ },
    ...REFUSED.map(([what, words]): Check => ({ sentence: `${what} is left alone, in words`, run: 'sudo dmesg | grep "not formatted"', prints: words })),
    { sentence: 'the OEM disk gives the host its name', run: 'hostname', prints: /^named-by-its-maker$/m },
    { sentence: 'RANCHER_SWAP is swapped to', run: 'cat /proc/swaps', prints: /^\/dev\/vdh /m },
    { sentence: 'the boot disk is at /boot', run: outside('cat /boot/marker'), prints: /^of the boot disk$/m },
    ...STORE,
    { sentence: 'the user leaves a file in the console itself', run: 'sudo touch /in-the-console && sync' },
    { sentence: 'the machine restarts in order', reboots: { run: 'sudo reboot' }, deadlineSeconds: 90 },
    onDisk('/dev/vda'),
    { sentence: 'the file system was left clean', run: 'sudo dmesg | grep -c "vda was repaired"', prints: /^0$/m, exits: 1 },
    ...KEPT,
    { sentence: 'the console is the same one', run: 'ls /in-the-console' },
    {
      sentence: 'the power is cut while a container counts with fsync',
      powerCut: {
        during: `docker run -v counted:/c busybox:test sh -c 'i=0; while :; do i=$((i+1)); echo $i >/c/new; sync; mv /c/new /c/count; sync; echo COUNTED=$i.; done' >/dev/ttyS0`,
        acknowledges: /COUNTED=(\d+)\./,
        afterSeconds: 6,
      },
    },
    onDisk('/dev/vda'),
    SERVICES_UP,
    ...KEPT,
    { sentence: 'it is not behind what it acknowledged', run: 'docker run --rm -v counted:/c busybox:test cat /c/count', atLeastAcknowledged: true },
  ],
});

bootTest({
  name: 'a state partition grows to the end of its disk, however often the power fails in its first start',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  runs: 'release',
  append: STATE_LINE,
  disks: [{ name: 'disk', mebibytes: 2048, bus: 'nvme', holds: shippedDisk(128) }],
  startCuts: { times: 10, from: INIT, until: SHELL_PROMPT },
  checks: [
    onDisk('/dev/nvme0n1p1'),
    { sentence: 'it fills the disk', run: `${outside('df -m --output=size /home')} | tail -1`, prints: /^ *(19|20)\d\d$/m },
    { sentence: 'the table is whole', run: 'sudo sfdisk --verify /dev/nvme0n1', prints: /No errors detected/ },
    SERVICES_UP,
    {
      sentence: 'logs are rotated where they are kept',
      run: `${outside('sh -c "yes line | head -c 11000000 >/var/log/long.log"')} && sudo system-docker exec cron logrotate /usr/share/ros/logrotate.conf && sudo sh -c 'stat -c %s /var/log/long.log; ls /var/log/long.log.1.gz'`,
      prints: /^0\n\/var\/log\/long\.log\.1\.gz$/m,
    },
    ...STORE,
    { sentence: 'the power is cut', powerCut: {} },
    ...KEPT,
    { sentence: 'so is the rotated log', run: 'sudo ls /var/log/long.log.1.gz' },
  ],
});

bootTest({
  name: "docker-machine's disk becomes its state disk without any kernel argument, and its keys are kept",
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  runs: 'release',
  disks: [{ name: 'machine', mebibytes: 512, bus: 'ahci', holds: dockerMachines(KNOWN_KEY.line) }],
  checks: [
    onDisk('/dev/sda'),
    { sentence: 'its label is B2D_STATE', run: 'sudo blkid -p /dev/sda', prints: /LABEL="B2D_STATE"/ },
    { sentence: 'the keys are in userdata.tar', run: outside('tar -xOf /var/lib/boot2docker/userdata.tar .ssh/authorized_keys'), prints: /known@boot-test/ },
    { sentence: 'the machine restarts in order', reboots: { run: 'sudo reboot' }, deadlineSeconds: 90 },
    onDisk('/dev/sda'),
  ],
});

/** Enough to name that the sentence is longer than a record of the kernel's log. */
const MANY_PARTITIONS: readonly CaseDisk[] = ['one', 'two', 'three', 'four'].map((name) => ({
  name,
  mebibytes: 16,
  holds: {
    type: 'made',
    by: async (file) => {
      const parts = [1, 2, 3, 4, 5, 6].map((number) => `size=2048, name=part-${number}-of-disk-${name}`);
      await oracleOutput(['sfdisk', '-q', file], { stdin: Buffer.from(`label: gpt\nfirst-lba: 2048\n${parts.join('\n')}\n`) });
    },
  },
}));

bootTest({
  name: 'a state disk that is required and missing is asked for, and a full one keeps nobody out',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  runs: 'release',
  reachesShell: false,
  append: 'rancher.state.dev=LABEL=MISSING rancher.state.required',
  disks: [{ name: 'state', mebibytes: 512, holds: { type: 'ext4', label: 'RANCHER_STATE' } }, ...MANY_PARTITIONS],
  checks: [
    { sentence: 'however many disks there are, the sentence comes to its end', shows: /The state disk is required: looking again; press Enter for a shell/, deadlineSeconds: 120 },
    { sentence: 'it says what it looked for and what there is', shows: /there is no state disk LABEL=MISSING\. There are: \/dev\/vda \(512 MiB, ext4 "RANCHER_STATE"\)/, deadlineSeconds: 120 },
    { sentence: 'the power is cut, and this time nothing is required', powerCut: { append: 'rancher.state.dev=LABEL=MISSING', reachesShell: true } },
    { sentence: 'a missing one is told on the console', run: 'sudo dmesg | grep "EVERYTHING LIVES IN MEMORY"', prints: /LABEL=MISSING/ },
    { sentence: 'and before the login', run: 'cat /run/issue.d/05-state.issue', prints: /EVERYTHING LIVES IN MEMORY/ },
    { sentence: 'the power is cut, and nothing names a state disk', powerCut: { append: '', reachesShell: true } },
    {
      sentence: 'the disk that has the label is named on the console, with the parameter',
      run: 'sudo dmesg',
      prints: /\/dev\/vda has the label RANCHER_STATE and is not used.*rancher\.state\.dev=LABEL=RANCHER_STATE/,
    },
    { sentence: 'and before the login', run: 'cat /run/issue.d/05-state.issue', prints: /\/dev\/vda has the label RANCHER_STATE and is not used/ },
    { sentence: 'the power is cut, and the disk is found', powerCut: { append: STATE_LINE, reachesShell: true } },
    onDisk('/dev/vda'),
    { sentence: 'it is filled up', run: 'sudo dd if=/dev/zero of=/home/filler bs=1M; sync; df /home' },
    { sentence: 'the power is cut', powerCut: { append: STATE_LINE, reachesShell: true } },
    { sentence: 'the start says that the disk is full', run: 'sudo dmesg | grep "state disk is full"', prints: /docker system prune/ },
    SERVICES_UP,
    { sentence: 'somebody makes room', run: 'sudo rm /home/filler && sync' },
    { sentence: 'docker answers, by itself', run: 'docker version -f "{{.Server.Version}}"', prints: /^\d+\./m, eventually: true, deadlineSeconds: 120 },
    { sentence: 'its options were not blamed', run: 'sudo dmesg | grep -c "options of rancher.docker"', prints: /^0$/m, exits: 1 },
  ],
});

bootTest({
  name: 'rancher.recovery gives a root shell with the state and a network, and nothing else',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 512,
  runs: 'release',
  append: `${STATE_LINE} rancher.recovery=true`,
  disks: [{ name: 'state', mebibytes: 512, holds: { type: 'ext4', label: 'RANCHER_STATE', files: { 'home/somebody/note': 'still here\n' } } }],
  checks: [
    { sentence: 'the shell is root', run: 'id -u', prints: /^0$/m },
    { sentence: 'the state is mounted', run: 'cat /home/somebody/note', prints: /^still here$/m },
    { sentence: 'its file system allocates at once', run: 'grep " /run/rancher/state ext4 .*nodelalloc" /proc/mounts' },
    { sentence: 'nothing was started', run: 'pgrep -x dockerd; pgrep -x containerd; pgrep -x system-dockerd', exits: 1 },
    { sentence: 'the network has an address', run: 'ip -4 address show eth0', prints: /inet 10\.0\.2\.15/, eventually: true },
    { sentence: 'reboot restarts it', reboots: { run: 'reboot' } },
  ],
});

bootTest({
  name: 'the next version starts on the state of this one: its own services, and what the user stored',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  runs: 'release',
  append: STATE_LINE,
  disks: [{ name: 'state', mebibytes: 2048, holds: { type: 'ext4', label: 'RANCHER_STATE' } }],
  checks: [
    ...STORE,
    { sentence: 'the machine is switched off', powersOff: { run: 'sudo poweroff' }, deadlineSeconds: 90 },
    { sentence: 'it is switched on with the next version', powerCut: { release: 'next' } },
    { sentence: 'the next version runs', run: 'ros -v', prints: /v1\.99\.0-next/ },
    ...SERVICES_RUN,
    { sentence: 'all system containers are of its images', run: `sudo system-docker ps -a --format '{{.Image}}' | grep -v v1.99.0-next`, exits: 1 },
    { sentence: 'images of the version before are gone', run: `sudo system-docker images --format '{{.Tag}}' | grep -v v1.99.0-next`, exits: 1 },
    ...KEPT,
  ],
});

bootTest({
  name: 'a machine that does not want to end ends all the same: containers that ignore it, and a disk that answers no more',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  runs: 'release',
  append: `${STATE_LINE} rancher.shutdown_timeout=25`,
  disks: [{ name: 'state', mebibytes: 1024, holds: { type: 'ext4', label: 'RANCHER_STATE' } }],
  checks: [
    ...DOCKER_RUNS,
    { sentence: "one of the user's containers ignores SIGTERM", run: `docker run -d --stop-timeout -1 busybox:test sh -c 'trap "" TERM; while :; do sleep 1; done'` },
    { sentence: 'the machine restarts', reboots: { run: 'sudo reboot' }, deadlineSeconds: 90 },
    onDisk('/dev/vda'),
    {
      sentence: 'a container of the system ignores it without a limit',
      run: `image=$(sudo system-docker inspect -f '{{.Config.Image}}' cron) && sudo system-docker run -d --stop-timeout -1 --entrypoint sh $image -c 'trap "" TERM; while :; do sleep 1; done'`,
      eventually: true,
    },
    { sentence: 'the machine restarts after the limit', reboots: { run: 'sudo reboot' }, deadlineSeconds: 120 },
    { sentence: 'it said why', shows: /services did not stop within 25 seconds/ },
    SERVICES_UP,
    { sentence: 'the state disk answers no more', action: { type: 'stall-disk', name: 'state' } },
    {
      sentence: "Ctrl-Alt-Del restarts it: what hangs is the kernel's watchdog's business",
      reboots: { by: { type: 'press', keys: ['ctrl', 'alt', 'delete'] } },
      reachesShell: false,
      deadlineSeconds: 180,
    },
    { sentence: 'with a disk that answers it starts again', powerCut: {} },
    onDisk('/dev/vda'),
    SERVICES_UP,
  ],
});

bootTest({
  name: 'the state lies on a volume of LVM on a software RAID, also when one of its two disks is gone',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  runs: 'release',
  disks: [
    { name: 'left', mebibytes: 256 },
    { name: 'right', mebibytes: 256 },
  ],
  checks: [
    {
      sentence: 'an array, a volume on it and a file system are made',
      run: outside(
        `sh -c 'yes | mdadm --create /dev/md0 --homehost=any --metadata=1.2 --level=1 --raid-devices=2 /dev/vda /dev/vdb && vgcreate kept-group /dev/md0 && lvcreate -y -n state -l 100%FREE kept-group && mke2fs -q -t ext4 -L RANCHER_STATE /dev/mapper/kept--group-state && sync'`,
      ),
      deadlineSeconds: 120,
    },
    { sentence: 'the machine restarts, and both are to be assembled', powerCut: { append: `${STATE_LINE} rancher.state.mdadm_scan rancher.state.lvm_scan`, reachesShell: true } },
    onDisk('/dev/mapper/kept--group-state'),
    { sentence: 'a file is stored', run: 'echo mirrored >~/kept && sync' },
    {
      sentence: 'one half of the mirror is lost',
      run: outside(`sh -c 'm=$(ls /dev/md[0-9]* | head -n 1); mdadm $m --fail /dev/vdb --remove /dev/vdb && mdadm --zero-superblock /dev/vdb && cat /proc/mdstat'`),
      prints: /\[2\/1\]/,
    },
    {
      sentence: 'the machine restarts, and the volume is named by its path',
      powerCut: { append: 'rancher.state.dev=/dev/kept-group/state rancher.state.wait rancher.state.mdadm_scan rancher.state.lvm_scan', reachesShell: true },
    },
    onDisk('/dev/mapper/kept--group-state'),
    { sentence: 'the file is there', run: 'cat ~/kept', prints: /^mirrored$/m },
  ],
});
