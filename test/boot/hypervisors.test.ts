import type { DiskBus } from '../../pipeline/emulator/machine.ts';
import type { BootCase, Check } from '../rig/boot-case.ts';
import { bootTest } from '../rig/machine.ts';
import { KNOWN_KEY } from '../rig/ssh.ts';
import { DOCKER_RUNS, SERVICES_UP } from './checks.ts';
import { outside } from './state-checks.ts';

const inService = (service: string, command: string): string => `sudo system-docker exec ${service} ${command}`;

const runs = (service: string): Check => ({
  sentence: `${service} runs by itself, and had not to be started again`,
  run: `sudo system-docker inspect -f '{{.State.Status}} {{.RestartCount}}' ${service}`,
  prints: /^running 0$/m,
  eventually: true,
});

const VMWARE = { system: { manufacturer: 'VMware, Inc.', product: 'VMware7,1' } };
const HYPERV = { system: { manufacturer: 'Microsoft Corporation', product: 'Virtual Machine', version: 'Hyper-V UEFI Release v4.1' } };

const STATE_ON = (device: string): Check => ({
  sentence: `the folders that must survive lie on ${device}`,
  run: outside(`awk -v d=${device} '$1 == d { print $2 }' /proc/1/mounts`),
  prints: /^(?=[\s\S]*^\/home$)(?=[\s\S]*^\/var\/lib\/system-docker$)(?=[\s\S]*^\/var\/lib\/user-docker$)/m,
});

/** A machine whose first disk is somebody's and whose second is blank, under the names that the ISO knows. */
const AUTOFORMATS: Pick<BootCase, 'disks' | 'iso'> = {
  iso: 'rancheros-autoformat.iso',
  disks: [
    { name: 'somebodys', mebibytes: 64, bus: 'scsi', holds: { type: 'ext4', label: 'SOMEBODYS', files: { note: 'mine\n' } } },
    { name: 'blank', mebibytes: 2048 },
  ],
};

const FORMATS: readonly Check[] = [
  STATE_ON('/dev/vda'),
  { sentence: 'it is ext4 with the label RANCHER_STATE', run: 'sudo blkid -p /dev/vda', prints: /LABEL="RANCHER_STATE".* TYPE="ext4"/ },
  { sentence: 'a disk with data is left alone, in words', run: 'sudo dmesg | grep "not formatted"', prints: /sda is not formatted: it holds ext4/ },
  { sentence: 'and keeps its data', run: 'sudo mount -o ro /dev/sda /mnt && cat /mnt/note && sudo umount /mnt', prints: /^mine$/m },
];

const SECOND_BOOT: readonly Check[] = [
  { sentence: 'the user stores a file', run: 'echo my file >~/kept && sync' },
  { sentence: 'the machine restarts in order', reboots: { run: 'sudo reboot' }, deadlineSeconds: 90 },
  STATE_ON('/dev/vda'),
  { sentence: 'the second boot finds what the first one stored', run: 'cat ~/kept', prints: /^my file$/m },
];

bootTest({
  name: "proxmoxve's autoformat ISO takes a blank disk, and QEMU's agent answers through its port",
  target: 'proxmoxve',
  medium: 'cdrom',
  ...AUTOFORMATS,
  firmware: 'bios',
  memoryMiB: 1024,
  agentPort: true,
  checks: [
    ...FORMATS,
    runs('qemu-guest-agent'),
    { sentence: 'guest-ping is answered', agent: 'guest-ping', answers: /^\{"return": \{\}\}$/ },
    { sentence: 'guest-network-get-interfaces has the address', agent: 'guest-network-get-interfaces', answers: /10\.0\.2\.15/ },
    { sentence: 'guest-get-osinfo knows the system', agent: 'guest-get-osinfo', answers: /RancherOS v/ },
    { sentence: 'guest-fsfreeze-freeze holds the state disk', agent: 'guest-fsfreeze-freeze', answers: /\{"return": [1-9]\d*\}/ },
    { sentence: 'guest-fsfreeze-thaw lets it go', agent: 'guest-fsfreeze-thaw', answers: /\{"return": [1-9]\d*\}/ },
    ...DOCKER_RUNS,
    ...SECOND_BOOT,
    { sentence: 'the agent answers after the restart too', agent: 'guest-ping', answers: /\{"return": \{\}\}/, deadlineSeconds: 90 },
    { sentence: 'guest-shutdown switches the machine off in order', powersOff: { by: { type: 'agent', execute: 'guest-shutdown' } }, deadlineSeconds: 90 },
  ],
});

bootTest({
  name: "proxmoxve's ISO leaves a blank disk alone, and its agent answers through its port",
  target: 'proxmoxve',
  medium: 'cdrom',
  firmware: 'uefi',
  runs: 'release',
  memoryMiB: 1024,
  agentPort: true,
  disks: [{ name: 'blank', mebibytes: 256, bus: 'scsi' }],
  checks: [
    SERVICES_UP,
    runs('qemu-guest-agent'),
    { sentence: 'guest-ping is answered', agent: 'guest-ping', answers: /^\{"return": \{\}\}$/, deadlineSeconds: 60 },
    { sentence: 'the disk is as blank as before', run: 'sudo cmp -n 268435456 /dev/sda /dev/zero' },
    ...DOCKER_RUNS,
    { sentence: 'guest-shutdown switches the machine off in order', powersOff: { by: { type: 'agent', execute: 'guest-shutdown' } }, deadlineSeconds: 90 },
  ],
});

bootTest({
  name: "vmware's ISO on a machine with VMware's devices: the agent starts by itself, and cloud-init asks by its programs",
  target: 'vmware',
  medium: 'cdrom',
  firmware: 'uefi',
  runs: 'release',
  memoryMiB: 1024,
  makersWords: VMWARE,
  graphics: 'vmware',
  disks: [{ name: 'data', mebibytes: 64, bus: 'pvscsi' }],
  networks: [{ card: 'vmxnet3' }],
  checks: [
    SERVICES_UP,
    { sentence: 'the disk is there, by the driver of pvscsi', run: 'cat /sys/class/block/sda/size && lsmod | grep ^vmw_pvscsi', prints: /^131072$/m },
    { sentence: 'the network card too, and has an address', run: 'ip -4 address show eth0 && lsmod | grep ^vmxnet3', prints: /10\.0\.2\.15/, eventually: true },
    runs('open-vm-tools'),
    { sentence: 'the console knows what the target adds', run: 'sudo ros service list; sudo ros config get rancher.services_include', prints: /^enabled +open-vm-tools\b[\s\S]*open-vm-tools: true/m },
    // QEMU answers no program that asks for VMware: the daemon itself is seen on VMware alone.
    {
      sentence: 'it waits where no VMware answers, with the service that says who may log in',
      run: 'sudo system-docker logs open-vm-tools 2>&1; pgrep -a VGAuthService',
      prints: /no VMware behind this machine[\s\S]*VGAuthService/,
    },
    { sentence: "disks get the patience of VMware's rules", run: 'cat /sys/block/sda/device/timeout' },
    { sentence: 'cloud-init asked VMware', run: 'sudo ros cloud-init status', prints: /vmware/, eventually: true },
    { sentence: 'and had a program to ask with', run: 'sudo ros cloud-init status | grep -v "neither vmware-rpctool"', prints: /^ +vmware +failed: VMware hands in no guestinfo/m },
    ...DOCKER_RUNS,
  ],
});

/** What docker-machine's driver vmwarevsphere does through guest operations, as the user that it logs in as. */
const UNPACK =
  'sudo /bin/mv /home/docker/userdata.tar /var/lib/boot2docker/userdata.tar && sudo tar xf /var/lib/boot2docker/userdata.tar -C /home/docker/ >/var/log/userdata.log 2>&1 && sudo chown -R docker:staff /home/docker';
/** Whether the password is taken where guest operations ask: in the accounts of the agent's container. */
const asks = (password: string): string => `echo ${password} | ${inService('-i open-vm-tools', 'setpriv --reuid=65534 --regid=65534 --clear-groups su docker -c "id -un"')}`;

bootTest({
  name: "docker-machine's login on vmware's autoformat ISO opens guest operations until the first key, and never SSH",
  target: 'vmware',
  medium: 'cdrom',
  ...AUTOFORMATS,
  firmware: 'bios',
  runs: 'release',
  memoryMiB: 1024,
  makersWords: VMWARE,
  checks: [
    ...FORMATS,
    runs('open-vm-tools'),
    { sentence: 'the console, whose image is nobody’s own, knows that it is switched on', run: 'sudo ros service list', prints: /^enabled +open-vm-tools/m },
    { sentence: 'the agent takes docker and tcuser', run: asks('tcuser'), prints: /^docker$/m, eventually: true },
    { sentence: 'and no other password', run: asks('another'), exits: 1 },
    { sentence: 'the console knows no such password', run: 'sudo grep ^docker: /etc/shadow', prints: /^docker:\*:/m },
    { sentence: 'SSH does not take it', ssh: 'id -un', as: 'docker', with: { password: 'tcuser' }, isRefused: true },
    {
      sentence: 'docker-machine hands in its archive',
      // Its archive says 0700 of the folder and 0644 of the file; sshd takes no keys that a group may write, as the shell's umask would make them.
      run: `d=$(mktemp -d) && mkdir -m 700 $d/.ssh && echo '${KNOWN_KEY.line}' >$d/.ssh/authorized_keys && chmod 644 $d/.ssh/authorized_keys && touch "$d/boot2docker, please format-me" && sudo tar -C $d --owner=0 --group=0 -cf /home/docker/userdata.tar . && sudo chown docker: /home/docker/userdata.tar`,
    },
    { sentence: 'and unpacks it as docker', run: inService('-u docker open-vm-tools', `sh -c '${UNPACK}'`) },
    { sentence: 'its key opens SSH', ssh: 'id -un', as: 'docker', prints: /^docker$/m, eventually: true },
    { sentence: 'from then on the agent takes no password', run: asks('tcuser'), exits: 1, eventually: true },
    { sentence: 'the kernel log says so', run: 'sudo dmesg | grep "guest operations"', prints: /may log in as docker until[\s\S]*may log in no more/ },
    ...SECOND_BOOT,
    { sentence: 'the key still opens SSH', ssh: 'id -un', as: 'docker', prints: /^docker$/m, eventually: true },
    { sentence: 'and the agent still takes no password', run: asks('tcuser'), exits: 1 },
    ...DOCKER_RUNS,
  ],
});

bootTest({
  name: "hyperv's ISO on a machine that says it is one of Hyper-V: its service starts by itself, and waits for the host's channels",
  target: 'hyperv',
  medium: 'cdrom',
  firmware: 'uefi',
  runs: 'release',
  memoryMiB: 1024,
  makersWords: HYPERV,
  checks: [
    SERVICES_UP,
    runs('hyperv-vm-tools'),
    {
      sentence: 'the daemons are there',
      run: inService('hyperv-vm-tools', 'sh -c "hv_kvp_daemon --help; hv_vss_daemon --help; true" 2>&1'),
      prints: /Usage: hv_kvp_daemon[\s\S]*Usage: hv_vss_daemon/,
    },
    {
      // QEMU emulates vmbus only with KVM, so the drivers find no device here.
      sentence: 'the drivers of Hyper-V are there',
      run: 'for name in hv_vmbus hv_utils hv_storvsc hv_netvsc hv_balloon hyperv_keyboard hid_hyperv; do modinfo -F filename $name || exit 1; done',
      prints: /hv_utils/,
    },
    ...DOCKER_RUNS,
  ],
});

/** A target's initrd beside amd64's kernel, on a machine that is on no platform of its own. */
function initrdTest({ name, target, checks }: Pick<BootCase, 'name' | 'checks'> & { readonly target: string }): void {
  bootTest({ name, target, medium: 'kernel', firmware: 'bios', runs: 'release', memoryMiB: 1024, checks: [SERVICES_UP, ...checks, ...DOCKER_RUNS] });
}

for (const [target, service] of [
  ['vmware', 'open-vm-tools'],
  ['hyperv', 'hyperv-vm-tools'],
  ['proxmoxve', 'qemu-guest-agent'],
] as const) {
  initrdTest({
    name: `${target}'s initrd elsewhere: its agent is not started, and nobody says a word of it`,
    target,
    checks: [
      { sentence: 'its image is there', run: `sudo system-docker images -q rancher/os-${target}`, prints: /^[0-9a-f]{12}$/m },
      { sentence: 'there is no container of it', run: `sudo system-docker ps -aq --filter name=${service} | wc -l`, prints: /^0$/m },
      { sentence: 'the log has no word of it', run: `sudo dmesg | grep -ciE '${service}|vmtools|hv_kvp|qemu-ga'`, prints: /^0$/m, exits: 1 },
    ],
  });
}

initrdTest({
  name: "4glte's initrd starts beside amd64's kernel, and its ModemManager by itself",
  target: '4glte',
  checks: [{ sentence: 'mmcli reaches it, and knows of no modem', run: inService('modem-manager', 'mmcli -L'), prints: /No modems were found/, eventually: true, deadlineSeconds: 120 }],
});

/** Lets udev say what a person with a serial modem would have to say: adapters of this kind may carry anything. */
const CANDIDATE = 'ACTION=="add|change|move|bind", SUBSYSTEM=="tty", KERNEL=="ttyUSB*", ENV{ID_MM_DEVICE_PROCESS}="1", ENV{ID_MM_TTY_MANUAL_SCAN_ONLY}="0"';

bootTest({
  name: "4glte's ISO: ModemManager runs by itself and lists a modem, with the drivers, rules and data of others, and Wi-Fi finds its network",
  target: '4glte',
  medium: 'cdrom',
  firmware: 'uefi',
  runs: 'release',
  memoryMiB: 1024,
  modem: true,
  checks: [
    SERVICES_UP,
    runs('modem-manager'),
    {
      sentence: 'the drivers of modems are there',
      run: 'for name in qmi_wwan cdc_mbim cdc_wdm cdc_acm huawei_cdc_ncm option qcserial sierra_net mhi_wwan_mbim mhi_pci_generic iosm mtk_t7xx; do modinfo -F filename $name || exit 1; done',
      prints: /mhi_pci_generic/,
    },
    {
      sentence: 'udev has their rules, and what switches a modem that shows itself as a CD',
      run: inService('udev', 'sh -c "ls /usr/lib/udev/rules.d/ /usr/share/usb_modeswitch/ && usb_modeswitch --version"'),
      prints: /40-usb_modeswitch\.rules[\s\S]*77-mm-huawei[\s\S]*configPack/,
    },
    { sentence: 'mmcli reaches it, and nothing that is no modem is taken for one', run: inService('modem-manager', 'mmcli -L'), prints: /No modems were found/, eventually: true },
    // What udev says while it is still looking at an adapter for the first time, it does not hear.
    { sentence: 'it has seen that the serial adapter is said to be nothing', run: 'sleep 15' },
    {
      sentence: 'the serial adapter is said to carry a modem',
      run: `printf '%s\n' '${CANDIDATE}' | ${inService('-i udev', "sh -c 'mkdir -p /run/udev/rules.d && cat >/run/udev/rules.d/78-modem.rules && udevadm control --reload && udevadm trigger --settle /dev/ttyUSB0'")}`,
      eventually: true,
    },
    { sentence: 'ModemManager lists the modem', run: inService('modem-manager', 'mmcli -L'), prints: /Modem\/0 \[Boot Test\] Simulated Modem/i, eventually: true, deadlineSeconds: 120 },
    { sentence: 'the network has wpa_supplicant', run: inService('network', 'wpa_supplicant -v'), prints: /wpa_supplicant v2/ },
    {
      sentence: 'a wireless network is there, of a simulated card',
      run: `sudo modprobe mac80211_hwsim radios=2 && printf 'network={\nssid="home"\nmode=2\nfrequency=2412\nkey_mgmt=WPA-PSK\npsk="correct horse"\nproto=RSN\npairwise=CCMP\n}\n' | ${inService('-i network', "sh -c 'cat >/run/ap.conf && until ip link show wlan1; do sleep 1; done && wpa_supplicant -B -i wlan1 -c /run/ap.conf'")}`,
    },
    {
      sentence: 'wifi_networks of the configuration is joined',
      run: `printf 'rancher: {network: {interfaces: {"eth*": {dhcp: true}, wlan0: {wifi_network: home, address: 10.9.9.1/24}}, wifi_networks: {home: {ssid: home, psk: correct horse}}}}' | sudo ros config merge && sudo ros netconf --no-wait`,
    },
    {
      sentence: 'the card is connected, with its address',
      run: 'ip -4 -br address show wlan0 && cat /sys/class/net/wlan0/carrier',
      prints: /10\.9\.9\.1\/24[\s\S]*^1$/m,
      eventually: true,
      deadlineSeconds: 90,
    },
    ...DOCKER_RUNS,
  ],
});

/** Each published disk, on the devices of its platform, with a cloud-config from a drive of that platform. */
const USER_DATA = `#cloud-config\nhostname: installed\nssh_authorized_keys: ['${KNOWN_KEY.line}']\n`;
const CONFIG_2: BootCase['configMedium'] = { label: 'config-2', files: { 'openstack/latest/user_data': USER_DATA } };
const INSTALLED: readonly Check[] = [
  { sentence: 'the config drive gives the host its name', run: 'hostname', prints: /^installed$/m, eventually: true },
  { sentence: 'the state has grown to the disk', run: `${outside('df -m --output=size /home')} | tail -1`, prints: /^ *9\d\d\d$/m },
];

const DISKS: readonly (Pick<BootCase, 'name' | 'target' | 'firmware'> & Partial<BootCase> & { readonly file: string; readonly bus: DiskBus; readonly more?: readonly Check[] })[] = [
  {
    name: "vmware's VMDK starts under a BIOS from pvscsi",
    target: 'vmware',
    file: 'vmware/rancheros.vmdk',
    firmware: 'bios',
    bus: 'pvscsi',
    makersWords: VMWARE,
    networks: [{ card: 'vmxnet3' }],
    graphics: 'vmware',
    configMedium: CONFIG_2,
    more: [runs('open-vm-tools')],
  },
  {
    // Debian's OVMF has no driver for pvscsi; the VMDK above shows that the system has one.
    name: "the disk in vmware's OVA starts by UEFI",
    target: 'vmware',
    file: 'vmware/rancheros.ova',
    firmware: 'uefi',
    bus: 'ahci',
    makersWords: VMWARE,
    networks: [{ card: 'vmxnet3' }],
    graphics: 'vmware',
    configMedium: CONFIG_2,
  },
  {
    name: "hyperv's VHDX starts under a BIOS, as generation 1",
    target: 'hyperv',
    file: 'hyperv/rancheros.vhdx',
    firmware: 'bios',
    bus: 'ahci',
    makersWords: HYPERV,
    configMedium: CONFIG_2,
    more: [runs('hyperv-vm-tools')],
  },
  {
    name: "hyperv's VHDX starts by UEFI with Secure Boot, as generation 2",
    target: 'hyperv',
    file: 'hyperv/rancheros.vhdx',
    firmware: 'uefi-secure',
    bus: 'scsi',
    makersWords: HYPERV,
    configMedium: CONFIG_2,
  },
  {
    name: "proxmoxve's qcow2 starts from virtio-scsi with Proxmox VE's cloud-init drive",
    target: 'proxmoxve',
    file: 'proxmoxve/rancheros.qcow2',
    firmware: 'bios',
    bus: 'scsi',
    agentPort: true,
    configMedium: { label: 'cidata', files: { 'user-data': USER_DATA, 'meta-data': 'instance-id: 100\n' } },
    more: [{ sentence: 'guest-ping is answered', agent: 'guest-ping', answers: /^\{"return": \{\}\}$/ }],
  },
];

for (const { file, bus, more = [], ...machine } of DISKS) {
  bootTest({
    ...machine,
    medium: 'disk',
    login: 'ssh',
    runs: 'release',
    memoryMiB: 1024,
    disks: [{ name: 'system', mebibytes: 10240, bus, holds: { type: 'published', file } }],
    checks: [...INSTALLED, ...more, ...DOCKER_RUNS],
  });
}
