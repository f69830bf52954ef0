import type { Board } from '../../pipeline/emulator/board.ts';
import type { Cable, DiskBus, FirmwareKind, Machine, MakersWords, NetworkCard } from '../../pipeline/emulator/machine.ts';
import type { LiveMedium } from '../../pipeline/emulator/release-machine.ts';
import type { CaseCard } from './card.ts';
import type { MetadataService } from './metadata-service.ts';

/** What a command must answer. */
interface Answer {
  /** Its standard output must match. */
  readonly prints?: RegExp;
  /** Its exit code; 0 when not given. */
  readonly exits?: number;
  /** The command is repeated until it does all that, or until the deadline. */
  readonly eventually?: boolean;
  /** When to give up, in seconds on a quiet machine (default 60). */
  readonly deadlineSeconds?: number;
}

/** What a command in the machine must do. */
export interface CommandCheck extends Answer {
  readonly sentence: string;
  /** A command line for `sh`, run as the user who is logged in (`login`). */
  readonly run: string;
  /** It prints a number that is not lower than the last one that the machine had acknowledged when its power was cut. */
  readonly atLeastAcknowledged?: boolean;
}

/** What a command over SSH must do, from outside through a forwarded port. */
export interface SshCheck extends Answer {
  readonly sentence: string;
  readonly ssh: string;
  /** Default: rancher. */
  readonly as?: string;
  /** The key that it shows (see ssh.ts): the one that cases give to the machine (default), one that nobody knows, or a password instead. */
  readonly with?: 'known-key' | 'strange-key' | { readonly password: string };
  /** The server must answer, and say that this user may not come in so. */
  readonly isRefused?: true;
}

/** Something that the machine must have said on its serial console since it was last switched on, or says within the deadline. */
export interface ConsoleCheck {
  readonly sentence: string;
  readonly shows: RegExp;
  readonly deadlineSeconds?: number;
}

/** A request that the metadata service must have got: one of its lines `METHOD /path`, each with its headers in lines `name: value`. */
export interface MetadataCheck {
  readonly sentence: string;
  readonly metadataAsked: RegExp;
  readonly deadlineSeconds?: number;
}

/** A command of QEMU's agent (`guest-ping`), asked through the port that `agentPort` gives the machine, and what it returns. */
export interface AgentCheck {
  readonly sentence: string;
  readonly agent: string;
  /** The answer as JSON must match; without it, no answer comes. */
  readonly answers: RegExp | 'nothing';
  /** Repeated until it does, or until the deadline. */
  readonly deadlineSeconds?: number;
}

/** Something done to the machine from outside. */
export type MachineAction =
  /** A command of QEMU's agent that ends it, so that no answer comes. */
  | { readonly type: 'agent'; readonly execute: string }
  /** A blank disk with this serial number is plugged into a running machine. */
  | { readonly type: 'plug-disk'; readonly serial: string; readonly slot: string; readonly mebibytes: number }
  /** Reads and writes of the disk of this name hardly get on from now on, as on one that is about to fail. */
  | { readonly type: 'stall-disk'; readonly name: string }
  | { readonly type: 'plug-network-card'; readonly id: string; readonly slot: string }
  | { readonly type: 'press'; readonly keys: readonly string[] }
  | { readonly type: 'type'; readonly text: string }
  | { readonly type: 'power-button' };

export interface ActionCheck {
  readonly sentence: string;
  readonly action: MachineAction;
  readonly deadlineSeconds?: number;
}

/** The machine must reset by itself, in order, and come up again with a shell. */
export interface RebootCheck {
  readonly sentence: string;
  readonly reboots: { readonly by: MachineAction } | { readonly run: string };
  /** False: it is enough that it resets; nothing is asked of it afterwards. */
  readonly reachesShell?: boolean;
  readonly deadlineSeconds?: number;
}

/** The machine must switch itself off. */
export interface PowerOffCheck {
  readonly sentence: string;
  readonly powersOff: { readonly by: MachineAction } | { readonly run: string };
  readonly deadlineSeconds?: number;
}

/** How a machine is switched on again. Its disks are as they were left; what is not named stays as in the case. */
export interface SwitchedOn {
  /** Instead of the case's `append`. */
  readonly append?: string;
  /** From its first disk, instead of the case's medium, which was taken out. */
  readonly medium?: 'disk';
  /** Boots the release of the version after the one under test, instead of it. */
  readonly release?: 'next';
  /** False: no shell is waited for. */
  readonly reachesShell?: boolean;
}

/** The power is cut (QEMU is killed) and comes back: the machine starts with the same disks. After a PowerOffCheck: it is switched on again. */
export interface PowerCutCheck {
  readonly sentence: string;
  readonly powerCut: SwitchedOn & {
    /** A command that is started in the background before the cut. */
    readonly during?: string;
    /** Seconds from then to the cut. */
    readonly afterSeconds?: number;
    /** What the machine acknowledges on its console, with a number as the first group; at least one is waited for. */
    readonly acknowledges?: RegExp;
  };
}

/**
 * The power is cut while a command runs, again and again: at moments drawn from the seed between its start and the end that it had when it
 * was run without a cut. Each start after a cut is the next one's machine.
 */
export interface CommandCutsCheck {
  readonly sentence: string;
  readonly commandCuts: {
    readonly times: number;
    readonly during: string;
    /** When to give up on the one that is not cut (default 60). */
    readonly deadlineSeconds?: number;
    /** Run before each. */
    readonly before?: string;
    /** Runs in the background meanwhile and acknowledges numbers on the console, each as the first group; at least one is waited for. */
    readonly beside?: { readonly run: string; readonly acknowledges: RegExp };
    /** What holds after each cut. */
    readonly after: readonly Check[];
  };
}

/** Power cuts of the start itself, at moments drawn from the seed between two lines on the console, whose distance is measured first. */
export interface StartCuts {
  readonly times: number;
  readonly from: RegExp;
  readonly until: RegExp;
  /** Each cut has the disks as they were at first, and the start after it must get as far as `until`. Else it goes on with what the cut before left. */
  readonly afresh?: boolean;
}

export type Check = AgentCheck | CommandCheck | CommandCutsCheck | SshCheck | ConsoleCheck | MetadataCheck | ActionCheck | RebootCheck | PowerOffCheck | PowerCutCheck;

/** A folder on a medium: its files by path, as text or bytes. */
export type FolderContent = { readonly [path: string]: string | Uint8Array };

/** What is on a disk before the machine is switched on for the first time. */
export type DiskContent =
  /** A file system over the whole disk. Files of ext4 belong to whoever runs the tests. */
  | { readonly type: 'ext4' | 'fat' | 'swap'; readonly label?: string; readonly files?: FolderContent }
  /** Bytes at offsets, zeros elsewhere: signatures of what no tool here can make. */
  | { readonly type: 'bytes'; readonly parts: readonly { readonly offset: number; readonly bytes: Uint8Array | string }[] }
  /**
   * A file of the release by its path below the version's folder, e.g. `rancheros-openstack.img` or `vmware/rancheros.vmdk`, as it is
   * published: read-only under an overlay of the disk's size (`mebibytes` must be at least the image's). The report names its digest.
   * qcow2, raw, VHD, VHDX and VMDK by the suffix; `.zst`, `.tar.gz` and `.ova` are unpacked before.
   */
  | { readonly type: 'published'; readonly file: string }
  /** Made by a step of its own, which gets the disk's file, already of its size. */
  | { readonly type: 'made'; readonly by: (file: string) => Promise<void> };

/** A disk of the machine. It is kept over every restart of the case. */
export interface CaseDisk {
  /** Also its serial number: virtio disks are at `/dev/disk/by-id/virtio-<name>`. */
  readonly name: string;
  readonly mebibytes: number;
  /** Default: virtio. Disks of one bus get their letters in the order of the list. */
  readonly bus?: DiskBus;
  /** Default: blank. */
  readonly holds?: DiskContent;
}

/** A network of its own behind one card. Nothing outside is reached. Without a list a machine has one such card, eth0, 10.0.2.15. */
export interface CaseNetwork {
  /** Addresses, e.g. `192.168.7.0/24` instead of 10.0.2.0/24: host and gateway .2, name server .3, lease .15. */
  readonly range?: string;
  readonly card?: NetworkCard;
  readonly mac?: string;
}

/** A read-only medium with configuration, such as a cloud gives to its machines. */
export interface ConfigMedium {
  /** Volume label, e.g. `config-2` or `cidata`. */
  readonly label: string;
  /** A CD (default), or a read-only disk with FAT. */
  readonly format?: 'iso' | 'fat';
  /** What a disk with FAT is plugged into (default: virtio). */
  readonly bus?: 'virtio' | 'usb';
  readonly files: FolderContent;
}

/** One machine, and everything that is checked in it, in order, over all its restarts. */
export interface BootCase {
  /** What this boot shows, as a sentence. */
  readonly name: string;
  /** `release` runs only in `npm run test:release`. */
  readonly runs?: 'always' | 'release';
  readonly target?: string;
  /** Default: `q35`, a PC. */
  readonly board?: Board;
  /**
   * `disk`: the first of its disks; `card`: the SD card of a Raspberry Pi; `network`: iPXE in its first network card, which DHCP sends to
   * the release's own `rancheros.ipxe`, served over plain HTTP.
   */
  readonly medium: LiveMedium | 'disk' | 'card' | 'network';
  /** File of the target's folder that the medium is; rancheros.iso where nothing is said. */
  readonly iso?: string;
  /** For the medium `card`: the SD card of the target's ZIP. */
  readonly card?: CaseCard;
  readonly firmware: FirmwareKind;
  readonly memoryMiB: number;
  readonly cpus?: number;
  readonly hotPlugSlots?: number;
  /** Words after the kernel command line, for the media `kernel` and `card`: GRUB's media bring their own (see `releasedDisk`). */
  readonly append?: string;
  readonly disks?: readonly CaseDisk[];
  readonly networks?: readonly (CaseNetwork | Cable)[];
  readonly configMedium?: ConfigMedium;
  /** Answers at 169.254.169.254:80 of the first network, whose range is then 169.254.0.0/16 unless the case names another one. */
  readonly metadata?: MetadataService;
  /** A registry of images answers at 10.0.2.100:5000 of the first network. */
  readonly registry?: boolean;
  /** What the firmware says about the machine's maker (SMBIOS). */
  readonly makersWords?: MakersWords;
  readonly graphics?: Machine['graphics'];
  /** The machine has a port for QEMU's agent, which checks can ask. */
  readonly agentPort?: boolean;
  /** A modem behind a serial adapter at USB (see simulated-modem.ts). */
  readonly modem?: boolean;
  /** False: no shell is waited for; the checks are about the console. */
  readonly reachesShell?: boolean;
  /**
   * `console` (default): somebody is logged in on the serial console. `ssh`: nobody is, as on every published disk; commands are run over
   * SSH on the first network with the key that the datasource must have brought (KNOWN_KEY of ssh.ts).
   */
  readonly login?: 'console' | 'ssh';
  /** Cuts before the start that the checks are about. */
  readonly startCuts?: StartCuts;
  readonly checks: readonly Check[];
}
