import type { Board } from './board.ts';

/** How the machine's firmware starts: SeaBIOS (on Arm boards: none), EDK2, or EDK2 that runs only what Microsoft's keys have signed. */
export type FirmwareKind = 'bios' | 'uefi' | 'uefi-secure';

/** What the machine starts from. */
export type BootMedium =
  /** An ISO in a CD drive. */
  | { readonly type: 'cdrom'; readonly file: string }
  /** An image written to a USB stick; writes go to a throw-away overlay. */
  | { readonly type: 'usb'; readonly file: string }
  /** A kernel handed over by QEMU itself, as a boot loader would. */
  | {
      readonly type: 'kernel';
      readonly kernel: string;
      readonly initrd: string;
      readonly append: string;
      /** Device tree of a board whose firmware brings none. */
      readonly deviceTree?: string;
    }
  /** The first disk of the machine. */
  | { readonly type: 'disk' }
  /** What its first network hands out (`bootFile`); the files are those that are served there. */
  | { readonly type: 'network'; readonly files: readonly string[] };

export type DiskFormat = 'raw' | 'qcow2' | 'vmdk' | 'vpc' | 'vhdx';
/** `sd`: the card slot of a Raspberry Pi. */
export type DiskBus = 'virtio' | 'scsi' | 'pvscsi' | 'nvme' | 'ahci' | 'usb' | 'sd';

/** A disk of the machine. */
export interface Disk {
  readonly file: string;
  readonly format: DiskFormat;
  readonly bus: DiskBus;
  /** Throw away what the guest writes. */
  readonly snapshot?: boolean;
  /** The guest cannot write to it. */
  readonly readOnly?: boolean;
  /** Serial number that the guest reads; udev makes links of it, e.g. `/dev/disk/by-id/virtio-<serial>`. */
  readonly serial?: string;
}

/** A network behind QEMU's own address translation; the host answers as 10.0.2.2, the guest gets 10.0.2.15. */
export interface UserNetwork {
  /** Its addresses, e.g. `192.168.7.0/24`, instead of 10.0.2.0/24; the host is the second of them, the guest the fifteenth. */
  readonly range?: string;
  /** With `true` the guest reaches nothing outside but what `forwardToGuest` and `answer` open. */
  readonly isolated: boolean;
  readonly card?: NetworkCard;
  /** Hardware address. */
  readonly mac?: string;
  readonly forwardToGuest?: readonly { readonly hostPort: number; readonly guestPort: number }[];
  /**
   * Addresses in the guest's network that a program on the host answers, e.g. a metadata service. The command is started for each
   * connection, which is its standard input and output; its words are separated by spaces.
   */
  readonly answer?: readonly { readonly address: string; readonly port: number; readonly command: string }[];
  /** Let the firmware try this card (needs the iPXE ROM of the tool image). */
  readonly bootFromNetwork?: boolean;
  /** What DHCP names as the file to start: a path, or an address that iPXE understands. */
  readonly bootFile?: string;
}

export type NetworkCard = 'virtio-net-pci' | 'e1000e' | 'vmxnet3' | 'usb-net';

/** A card at a cable: cards of one cable (a number) hear each other, and nobody else. One alone cannot even send. */
export interface Cable {
  readonly cable: number;
  readonly card?: NetworkCard;
  readonly mac?: string;
}

/** What the firmware tells the system about its maker (SMBIOS): the words that datasources recognise a platform by. */
export interface MakersWords {
  readonly system?: { readonly [field: string]: string };
  readonly bios?: { readonly [field: string]: string };
  readonly chassis?: { readonly [field: string]: string };
}

/** A virtual machine, as plain data. All files are absolute paths. */
export interface Machine {
  /** Default: `q35`, a PC. */
  readonly board?: Board;
  readonly memoryMiB: number;
  readonly cpus: number;
  readonly firmware: FirmwareKind;
  readonly boot: BootMedium;
  readonly disks?: readonly Disk[];
  /** Read-only media in further CD drives, as ISO files: at most two. */
  readonly discs?: readonly string[];
  /** Its network cards, in the order in which the kernel finds them. */
  readonly networks?: readonly (UserNetwork | Cable)[];
  readonly makersWords?: MakersWords;
  /** Empty PCI Express slots `hot0`, `hot1`, … into which the monitor can plug devices. */
  readonly hotPlugSlots?: number;
  /** The graphics card: plain VGA, or that of VMware. */
  readonly graphics?: 'vga' | 'vmware';
  /** Socket at which the guest's agent (virtio-serial port `org.qemu.guest_agent.0`) can be spoken with; QEMU makes it. */
  readonly agentSocket?: string;
  /** Socket whose other end is the modem behind a serial adapter at USB (FTDI, `ttyUSB0`); QEMU makes it. */
  readonly modemSocket?: string;
  /** A second serial port, `ttyS1`, without a reader. */
  readonly secondSerial?: boolean;
  /** What a reset does: start again, or end the emulator. */
  readonly onReset?: 'reset' | 'exit';
  readonly display?: { readonly type: 'none' } | { readonly type: 'vnc'; readonly port: number };
  /** Further words for QEMU, as they are. */
  readonly extra?: readonly string[];
}
