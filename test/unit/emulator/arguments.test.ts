import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emulatorArguments, type Surroundings } from '../../../pipeline/emulator/arguments.ts';
import type { Machine } from '../../../pipeline/emulator/machine.ts';

const plain: Machine = { memoryMiB: 512, cpus: 2, firmware: 'bios', boot: { type: 'cdrom', file: '/r/rancheros.iso' } };
const around: Surroundings = { accelerator: 'tcg', serial: { descriptor: 4 }, monitor: { descriptor: 3 } };

interface Row {
  readonly sentence: string;
  readonly machine?: Partial<Machine>;
  readonly around?: Partial<Surroundings>;
  /** Runs of neighbouring words that must appear. */
  readonly has?: readonly string[];
  readonly hasNot?: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    sentence: 'an ISO goes into a CD drive and is started first',
    has: ['-drive if=none,id=cdrom,media=cdrom,format=raw,readonly=on,file=/r/rancheros.iso -device ide-cd,drive=cdrom,bus=ide.0,bootindex=0'],
  },
  {
    sentence: 'a USB stick is a throw-away overlay on an xHCI bus',
    machine: { boot: { type: 'usb', file: '/r/rancheros.iso' } },
    has: ['id=stick,format=raw,snapshot=on,file=/r/rancheros.iso', '-device usb-storage,bus=usb.0,drive=stick,removable=on,bootindex=0'],
  },
  {
    sentence: 'kernel, initrd and arguments are handed over as they are',
    machine: { boot: { type: 'kernel', kernel: '/r/vmlinuz', initrd: '/r/initrd', append: 'console=ttyS0 a=b' } },
    has: ['-kernel /r/vmlinuz -initrd /r/initrd -append console=ttyS0 a=b'],
  },
  { sentence: 'memory and processors', has: ['-m 512M', '-smp 2'] },
  { sentence: 'TCG runs one thread per processor and offers all that it is fast at', has: ['-accel tcg,thread=multi -cpu max,-erms,-fsrm,-la57'] },
  { sentence: 'KVM shows the host processor', around: { accelerator: 'kvm' }, has: ['-accel kvm -cpu host'] },
  { sentence: 'nothing of the host leaks in', has: ['-no-user-config -nodefaults'] },
  { sentence: 'serial port and monitor are inherited descriptors', has: ['socket,id=serial0,fd=4', 'socket,id=monitor0,fd=3', 'chardev=monitor0,mode=control'] },
  { sentence: 'on a terminal they share it', around: { serial: 'terminal', monitor: 'terminal' }, has: ['stdio,id=serial0,signal=off,mux=on', 'chardev=serial0,mode=readline'], hasNot: ['monitor0'] },
  { sentence: 'a BIOS machine has no flash', hasNot: ['pflash'] },
  {
    sentence: 'a UEFI machine has its code read-only and its own variables',
    machine: { firmware: 'uefi' },
    around: { firmware: { code: '/f/code', variables: '/v/vars' } },
    has: ['if=pflash,unit=0,format=raw,readonly=on,file=/f/code', 'if=pflash,unit=1,format=raw,file=/v/vars'],
    hasNot: ['smm=on'],
  },
  {
    sentence: 'Secure Boot needs SMM to guard its variables',
    machine: { firmware: 'uefi-secure' },
    around: { firmware: { code: '/f/code', variables: '/v/vars' } },
    has: ['-machine q35,smm=on', 'driver=cfi.pflash01,property=secure,value=on'],
  },
  {
    sentence: 'a virtio disk',
    machine: { disks: [{ file: '/d/a.qcow2', format: 'qcow2', bus: 'virtio' }] },
    has: ['if=none,id=disk0,format=qcow2,file=/d/a.qcow2 -device virtio-blk-pci,drive=disk0'],
    hasNot: ['drive=disk0,bootindex'],
  },
  {
    sentence: 'disks are started in order when the machine boots from disk',
    machine: {
      boot: { type: 'disk' },
      disks: [
        { file: '/d/a', format: 'raw', bus: 'nvme' },
        { file: '/d/b', format: 'raw', bus: 'ahci', snapshot: true },
      ],
    },
    has: ['nvme,serial=rancheros0,drive=disk0,bootindex=0', 'format=raw,snapshot=on,file=/d/b', 'ide-hd,bus=ide.2,drive=disk1,bootindex=1'],
  },
  {
    sentence: 'SCSI disks hang on their own controller',
    machine: {
      disks: [
        { file: '/d/a', format: 'raw', bus: 'scsi' },
        { file: '/d/b', format: 'raw', bus: 'pvscsi' },
      ],
    },
    has: ['virtio-scsi-pci,id=scsi0', 'scsi-hd,bus=scsi0.0,drive=disk0', 'pvscsi,id=scsi1', 'scsi-hd,bus=scsi1.0,drive=disk1'],
  },
  { sentence: 'a comma in a file name is doubled', machine: { boot: { type: 'cdrom', file: '/a,b.iso' } }, has: ['file=/a,,b.iso'] },
  {
    sentence: 'an isolated network reaches only what is named',
    machine: { networks: [{ isolated: true, forwardToGuest: [{ hostPort: 2222, guestPort: 22 }], answer: [{ address: '10.0.2.100', port: 80, command: '/bin/answer a,b' }] }] },
    has: ['user,id=net0,restrict=on,hostfwd=tcp:127.0.0.1:2222-:22,guestfwd=tcp:10.0.2.100:80-cmd:/bin/answer a,,b', 'virtio-net-pci,netdev=net0,romfile='],
  },
  {
    sentence: 'a card that boots keeps its ROM',
    machine: { networks: [{ isolated: false, card: 'e1000e', bootFromNetwork: true }] },
    has: ['restrict=off', 'e1000e,netdev=net0,bootindex=9'],
    hasNot: ['romfile'],
  },
  {
    sentence: 'a network that names the file to start, and no medium beside it',
    machine: { boot: { type: 'network', files: ['/vmlinuz'] }, networks: [{ isolated: true, bootFromNetwork: true, bootFile: 'http://10.0.2.100/a,b' }] },
    has: ['restrict=on,bootfile=http://10.0.2.100/a,,b', 'bootindex=9'],
    hasNot: ['vmlinuz'],
  },
  {
    sentence: 'several cards: a network with other addresses, and two cards at one cable',
    machine: { networks: [{ isolated: true, range: '169.254.0.0/16', mac: '52:54:00:00:00:01' }, { cable: 7 }, { cable: 7, card: 'e1000e' }] },
    has: [
      'user,id=net0,net=169.254.0.0/16,restrict=on -device virtio-net-pci,netdev=net0,mac=52:54:00:00:00:01,romfile=',
      '-netdev hubport,id=net1,hubid=7 -device virtio-net-pci,netdev=net1,romfile=',
      '-netdev hubport,id=net2,hubid=7 -device e1000e,netdev=net2,romfile=',
    ],
  },
  {
    sentence: 'a stick at USB beside the disk',
    machine: {
      disks: [
        { file: '/d', format: 'raw', bus: 'virtio' },
        { file: '/s', format: 'raw', bus: 'usb', readOnly: true },
      ],
    },
    has: ['id=disk1,format=raw,readonly=on,file=/s -device qemu-xhci,id=usb1 -device usb-storage,bus=usb1.0,drive=disk1'],
  },
  {
    sentence: 'a disk that the guest knows by its serial number and cannot write to',
    machine: { disks: [{ file: '/d', format: 'raw', bus: 'nvme', serial: 'state', readOnly: true }] },
    has: ['id=disk0,format=raw,readonly=on,file=/d -device nvme,drive=disk0,serial=state'],
  },
  { sentence: 'a disc in a drive of its own', machine: { discs: ['/i.iso'] }, has: ['id=disc0,media=cdrom,format=raw,readonly=on,file=/i.iso -device ide-cd,drive=disc0,bus=ide.5'] },
  { sentence: "the maker's words", machine: { makersWords: { system: { manufacturer: 'A, Inc.', product: 'B' } } }, has: ['-smbios type=1,manufacturer=A,, Inc.,product=B'] },
  { sentence: 'no network, no card', hasNot: ['netdev'] },
  { sentence: 'slots for hot-plugged devices', machine: { hotPlugSlots: 2 }, has: ['pcie-root-port,id=hot0,chassis=1', 'pcie-root-port,id=hot1,chassis=2'] },
  { sentence: 'a reset can end the emulator', machine: { onReset: 'exit' }, has: ['-action reboot=shutdown'] },
  { sentence: 'VNC counts from port 5900', machine: { display: { type: 'vnc', port: 5903 } }, has: ['-display vnc=127.0.0.1:3'] },
  { sentence: 'a second serial port has no reader', machine: { secondSerial: true }, has: ['null,id=serial1', 'isa-serial,chardev=serial1,index=1'] },
  {
    sentence: 'an Arm machine: its CD drive hangs on SCSI, its serial port is soldered on',
    machine: { board: 'virt', firmware: 'uefi', discs: ['/i.iso'] },
    around: { firmware: { code: '/f/code', variables: '/v/vars' } },
    has: ['-machine virt', '-cpu cortex-a72', 'scsi-cd,drive=cdrom,bus=cds.0,bootindex=0', 'scsi-cd,drive=disc0,bus=cds.0', '-serial chardev:serial0', 'if=pflash,unit=0'],
    hasNot: ['isa-serial', 'ide-cd', 'VGA', 'driver=cfi.pflash01'],
  },
  {
    sentence: 'a Raspberry Pi: an SD card, a device tree, a network card on USB',
    machine: {
      board: 'raspi3b',
      boot: { type: 'kernel', kernel: '/k', initrd: '/i', append: 'a=b', deviceTree: '/d.dtb' },
      disks: [{ file: '/card,1', format: 'raw', bus: 'sd' }],
      networks: [{ isolated: true, card: 'usb-net' }],
    },
    has: ['-machine raspi3b', '-append a=b -dtb /d.dtb', '-drive if=sd,format=raw,file=/card,,1', '-device usb-net,netdev=net0'],
    hasNot: ['-cpu', 'pci', 'romfile', 'bootindex'],
  },
  { sentence: 'further words come last', machine: { extra: ['-smbios', 'type=1'] }, has: ['-smbios type=1'] },
];

for (const row of ROWS) {
  test(row.sentence, () => {
    const line = emulatorArguments({ ...plain, ...row.machine }, { ...around, ...row.around }).join(' ');
    for (const words of row.has ?? []) assert.ok(line.includes(words), `${words}\nis missing in\n${line}`);
    for (const words of row.hasNot ?? []) assert.ok(!line.includes(words), `${words}\nmust not be in\n${line}`);
  });
}
