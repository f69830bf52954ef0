import { unreachable } from '../core/failure.ts';
import type { Accelerator } from './accelerator.ts';
import { armBoardDevices, armSerialPort, CD_BUS, cardArguments } from './arm-arguments.ts';
import type { Board } from './board.ts';
import type { Cable, Disk, Machine, MakersWords, UserNetwork } from './machine.ts';

/** Where a character device of the machine ends: a socket handed to QEMU as an open descriptor, the terminal, or nothing. */
export type Channel = { readonly descriptor: number } | 'terminal' | 'nothing';

/** What a machine needs from its surroundings, all decided before. */
export interface Surroundings {
  readonly accelerator: Accelerator;
  readonly serial: Channel;
  readonly monitor: Channel;
  /** Firmware of a UEFI machine: the code, and this run's own copy of its variables. */
  readonly firmware?: { readonly code: string; readonly variables: string } | undefined;
}

/** QEMU's arguments for a machine. Pure: the same machine gives the same words. */
export function emulatorArguments(machine: Machine, surroundings: Surroundings): readonly string[] {
  const board = machine.board ?? 'q35';
  return [
    ...boardArguments(machine, surroundings),
    ...channelArguments(board, surroundings),
    ...bootArguments(board, machine),
    ...(machine.disks ?? []).flatMap((disk, index) =>
      diskArguments(disk, { index, boots: machine.boot.type === 'disk' }),
    ),
    ...(machine.discs ?? []).flatMap((file, index) => discArguments(board, file, index)),
    ...(machine.networks ?? []).flatMap(networkArguments),
    ...makersWordsArguments(machine.makersWords ?? {}),
    ...Array.from({ length: machine.hotPlugSlots ?? 0 }, (_, slot) => [
      '-device',
      `pcie-root-port,id=hot${slot},chassis=${slot + 1}`,
    ]).flat(),
    ...agentArguments(machine.agentSocket),
    ...modemArguments(machine.modemSocket),
    ...(machine.secondSerial ? ['-chardev', 'null,id=serial1', '-device', 'isa-serial,chardev=serial1,index=1'] : []),
    ...(machine.extra ?? []),
  ];
}

function boardArguments(machine: Machine, { accelerator, firmware }: Surroundings): string[] {
  const board = machine.board ?? 'q35';
  const secure = machine.firmware === 'uefi-secure';
  const display = machine.display ?? { type: 'none' };
  const words: readonly (readonly string[])[] = [
    ['-no-user-config', '-nodefaults'],
    ['-machine', board === 'q35' && secure ? 'q35,smm=on' : board],
    ['-accel', accelerator === 'kvm' ? 'kvm' : 'tcg,thread=multi'],
    processor(board, accelerator),
    ['-smp', String(machine.cpus)],
    ['-m', `${machine.memoryMiB}M`],
    ['-rtc', 'base=utc'],
    ['-display', display.type === 'vnc' ? `vnc=127.0.0.1:${display.port - 5900}` : 'none'],
    board === 'q35' ? pcDevices(machine) : armBoardDevices(board),
    machine.onReset === 'exit' ? ['-action', 'reboot=shutdown'] : [],
    secure && board === 'q35' ? ['-global', 'driver=cfi.pflash01,property=secure,value=on'] : [],
    firmware ? ['-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${value(firmware.code)}`] : [],
    firmware ? ['-drive', `if=pflash,unit=1,format=raw,file=${value(firmware.variables)}`] : [],
  ];
  return words.flat();
}

function pcDevices({ graphics }: Machine): readonly string[] {
  return [
    ...['-device', graphics === 'vmware' ? 'vmware-svga' : 'VGA'],
    ...['-object', 'rng-builtin,id=rng0', '-device', 'virtio-rng-pci,rng=rng0'],
  ];
}

/**
 * Without what a real processor has to be fast and an emulated one is slow at: on x86 string instructions that go byte by byte (a kernel that is
 * not offered erms and fsrm copies and clears words) and page tables of five levels; on Arm pointer authentication and vectors of any length.
 */
function processor(board: Board, accelerator: Accelerator): readonly string[] {
  if (board === 'raspi3b') return [];
  if (accelerator === 'kvm') return ['-cpu', 'host'];
  return ['-cpu', board === 'q35' ? 'max,-erms,-fsrm,-la57' : 'cortex-a72'];
}

function channelArguments(board: Board, { serial, monitor }: Surroundings): string[] {
  const muxed = serial === 'terminal' && monitor === 'terminal';
  const serialDevice = [
    ...['-chardev', channel('serial0', serial, muxed)],
    ...(board === 'q35' ? ['-device', 'isa-serial,chardev=serial0,index=0'] : armSerialPort(board)),
  ];
  if (muxed) return [...serialDevice, '-mon', 'chardev=serial0,mode=readline'];
  if (monitor === 'nothing') return serialDevice;
  return [...serialDevice, '-chardev', channel('monitor0', monitor), '-mon', 'chardev=monitor0,mode=control'];
}

function channel(id: string, end: Channel, muxed = false): string {
  if (end === 'nothing') return `null,id=${id}`;
  if (end === 'terminal') return `stdio,id=${id},signal=off${muxed ? ',mux=on' : ''}`;
  return `socket,id=${id},fd=${end.descriptor}`;
}

function modemArguments(socket: string | undefined): string[] {
  if (socket === undefined) return [];
  return [
    ['-device', 'qemu-xhci,id=modems'],
    ['-chardev', `socket,id=modem,path=${value(socket)},server=on,wait=off`],
    ['-device', 'usb-serial,bus=modems.0,chardev=modem'],
  ].flat();
}

/** As libvirt and Proxmox VE plug the agent's port in. */
function agentArguments(socket: string | undefined): string[] {
  if (socket === undefined) return [];
  return [
    ['-device', 'virtio-serial-pci,id=agents'],
    ['-chardev', `socket,id=agent,path=${value(socket)},server=on,wait=off`],
    ['-device', 'virtserialport,bus=agents.0,chardev=agent,name=org.qemu.guest_agent.0'],
  ].flat();
}

function bootArguments(board: Board, { boot }: Machine): string[] {
  switch (boot.type) {
    case 'cdrom':
      return [
        ['-drive', `if=none,id=cdrom,media=cdrom,format=raw,readonly=on,file=${value(boot.file)}`],
        [
          '-device',
          `${board === 'q35' ? 'ide-cd,drive=cdrom,bus=ide.0' : `scsi-cd,drive=cdrom,bus=${CD_BUS}.0`},bootindex=0`,
        ],
      ].flat();
    case 'usb':
      return [
        ['-drive', `if=none,id=stick,format=raw,snapshot=on,file=${value(boot.file)}`],
        ['-device', 'qemu-xhci,id=usb'],
        ['-device', 'usb-storage,bus=usb.0,drive=stick,removable=on,bootindex=0'],
      ].flat();
    case 'kernel':
      return [
        ...['-kernel', boot.kernel, '-initrd', boot.initrd, '-append', boot.append],
        ...(boot.deviceTree === undefined ? [] : ['-dtb', boot.deviceTree]),
      ];
    case 'disk':
    case 'network':
      return [];
    default:
      return unreachable(boot);
  }
}

function diskArguments(disk: Disk, { index, boots }: { readonly index: number; readonly boots: boolean }): string[] {
  if (disk.bus === 'sd') return [...cardArguments(disk, value)];
  const id = `disk${index}`;
  const drive = [
    '-drive',
    [
      `if=none,id=${id},format=${disk.format}`,
      ...(disk.snapshot ? ['snapshot=on'] : []),
      ...(disk.readOnly ? ['readonly=on'] : []),
      `file=${value(disk.file)}`,
    ].join(','),
  ];
  const serial = disk.serial === undefined ? '' : `,serial=${disk.serial}`;
  const tail = `drive=${id}${boots ? `,bootindex=${index}` : ''}${serial}`;
  switch (disk.bus) {
    case 'virtio':
      return [...drive, '-device', `virtio-blk-pci,${tail}`];
    case 'scsi':
      return [...drive, '-device', `virtio-scsi-pci,id=scsi${index}`, '-device', `scsi-hd,bus=scsi${index}.0,${tail}`];
    case 'pvscsi':
      return [...drive, '-device', `pvscsi,id=scsi${index}`, '-device', `scsi-hd,bus=scsi${index}.0,${tail}`];
    case 'nvme':
      return [...drive, '-device', `nvme,${serial === '' ? `serial=rancheros${index},` : ''}${tail}`];
    case 'ahci':
      // Port 0 belongs to the CD drive.
      return [...drive, '-device', `ide-hd,bus=ide.${index + 1},${tail}`];
    case 'usb':
      return [...drive, '-device', `qemu-xhci,id=usb${index}`, '-device', `usb-storage,bus=usb${index}.0,${tail}`];
    default:
      return unreachable(disk.bus);
  }
}

/** Ports 4 and 5 are the last of the board's controller; disks count from port 1. */
function discArguments(board: Board, file: string, index: number): string[] {
  const id = `disc${index}`;
  return [
    ['-drive', `if=none,id=${id},media=cdrom,format=raw,readonly=on,file=${value(file)}`],
    ['-device', board === 'q35' ? `ide-cd,drive=${id},bus=ide.${5 - index}` : `scsi-cd,drive=${id},bus=${CD_BUS}.0`],
  ].flat();
}

function networkArguments(network: UserNetwork | Cable, index: number): string[] {
  const id = `net${index}`;
  const isUser = 'isolated' in network;
  const netdev = isUser ? userNetdev(network, id) : ['hubport', `id=${id}`, `hubid=${network.cable}`];
  // Without a ROM the firmware does not even look at the card, which saves seconds.
  const rom = network.card === 'usb-net' ? '' : isUser && network.bootFromNetwork ? ',bootindex=9' : ',romfile=';
  const mac = network.mac === undefined ? '' : `,mac=${network.mac}`;
  const device = `${network.card ?? 'virtio-net-pci'},netdev=${id}${mac}${rom}`;
  return ['-netdev', netdev.join(','), '-device', device];
}

function userNetdev(network: UserNetwork, id: string): string[] {
  return [
    'user',
    `id=${id}`,
    ...(network.range === undefined ? [] : [`net=${network.range}`]),
    `restrict=${network.isolated ? 'on' : 'off'}`,
    ...(network.bootFile === undefined ? [] : [`bootfile=${value(network.bootFile)}`]),
    ...(network.forwardToGuest ?? []).map((each) => `hostfwd=tcp:127.0.0.1:${each.hostPort}-:${each.guestPort}`),
    ...(network.answer ?? []).map((each) => `guestfwd=tcp:${each.address}:${each.port}-cmd:${value(each.command)}`),
  ];
}

function makersWordsArguments(words: MakersWords): string[] {
  const tables = [
    [0, words.bios],
    [1, words.system],
    [3, words.chassis],
  ] as const;
  return tables.flatMap(([type, fields]) =>
    fields === undefined
      ? []
      : [
          '-smbios',
          [`type=${type}`, ...Object.entries(fields).map(([name, text]) => `${name}=${value(text)}`)].join(','),
        ],
  );
}

/** A value inside one of QEMU's comma lists: a comma is doubled. */
function value(text: string): string {
  return text.replaceAll(',', ',,');
}
