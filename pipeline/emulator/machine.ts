/** How the machine's firmware starts: SeaBIOS, OVMF, or OVMF that runs only what Microsoft's keys have signed. */
export type FirmwareKind = 'bios' | 'uefi' | 'uefi-secure';

/** What the machine starts from. */
export type BootMedium =
  /** An ISO in a CD drive. */
  | { readonly type: 'cdrom'; readonly file: string }
  /** An image written to a USB stick; writes go to a throw-away overlay. */
  | { readonly type: 'usb'; readonly file: string }
  /** A kernel handed over by QEMU itself, as a boot loader would. */
  | { readonly type: 'kernel'; readonly kernel: string; readonly initrd: string; readonly append: string }
  /** The first disk of the machine. */
  | { readonly type: 'disk' };

export type DiskFormat = 'raw' | 'qcow2' | 'vmdk' | 'vpc' | 'vhdx';
export type DiskBus = 'virtio' | 'scsi' | 'pvscsi' | 'nvme' | 'ahci';

/** A disk of the machine. */
export interface Disk {
  readonly file: string;
  readonly format: DiskFormat;
  readonly bus: DiskBus;
  /** Throw away what the guest writes. */
  readonly snapshot?: boolean;
}

/** A network behind QEMU's own address translation; the host answers as 10.0.2.2, the guest gets 10.0.2.15. */
export interface UserNetwork {
  /** With `true` the guest reaches nothing outside but what `forwardToGuest` and `answer` open. */
  readonly isolated: boolean;
  readonly card?: 'virtio-net-pci' | 'e1000e' | 'vmxnet3';
  readonly forwardToGuest?: readonly { readonly hostPort: number; readonly guestPort: number }[];
  /** An address in the guest's network that a program on the host answers, e.g. a metadata service. */
  readonly answer?: readonly { readonly address: string; readonly port: number; readonly hostPort: number }[];
  /** Let the firmware try this card (needs the iPXE ROM of the tool image). */
  readonly bootFromNetwork?: boolean;
}

/** A virtual machine, as plain data. All files are absolute paths. */
export interface Machine {
  readonly memoryMiB: number;
  readonly cpus: number;
  readonly firmware: FirmwareKind;
  readonly boot: BootMedium;
  readonly disks?: readonly Disk[];
  readonly network?: UserNetwork;
  /** Empty PCI Express slots `hot0`, `hot1`, … into which the monitor can plug devices. */
  readonly hotPlugSlots?: number;
  /** A second serial port, `ttyS1`, without a reader. */
  readonly secondSerial?: boolean;
  /** What a reset does: start again, or end the emulator. */
  readonly onReset?: 'reset' | 'exit';
  readonly display?: { readonly type: 'none' } | { readonly type: 'vnc'; readonly port: number };
  /** Further words for QEMU, as they are. */
  readonly extra?: readonly string[];
}
