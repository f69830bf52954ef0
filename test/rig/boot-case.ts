import type { FirmwareKind } from '../../pipeline/emulator/machine.ts';
import type { LiveMedium } from '../../pipeline/emulator/release-machine.ts';

/** What a command in the machine must do. */
export interface CommandCheck {
  readonly sentence: string;
  /** A command line for `sh`, run as the user who is logged in on the serial console. */
  readonly run: string;
  /** Its standard output must match. */
  readonly prints?: RegExp;
  /** Its exit code; 0 when not given. */
  readonly exits?: number;
  /** The command is repeated until it does all that, or until the deadline. */
  readonly eventually?: boolean;
  /** When to give up, in seconds on a quiet machine (default 60). */
  readonly deadlineSeconds?: number;
}

/** Something done to the machine from outside. */
export type Deed =
  /** A blank disk with this serial number is plugged into a running machine. */
  | { readonly type: 'plug-disk'; readonly serial: string; readonly slot: string; readonly mebibytes: number }
  | { readonly type: 'plug-network-card'; readonly id: string; readonly slot: string }
  | { readonly type: 'press'; readonly keys: readonly string[] }
  | { readonly type: 'power-button' };

export interface DeedCheck {
  readonly sentence: string;
  readonly deed: Deed;
  readonly deadlineSeconds?: number;
}

/** The machine must reset by itself, in order, and come up again with a shell. */
export interface RebootCheck {
  readonly sentence: string;
  readonly reboots: { readonly by: Deed } | { readonly run: string };
  readonly deadlineSeconds?: number;
}

/** The machine must switch itself off. */
export interface PowerOffCheck {
  readonly sentence: string;
  readonly powersOff: { readonly by: Deed } | { readonly run: string };
  readonly deadlineSeconds?: number;
}

export type Check = CommandCheck | DeedCheck | RebootCheck | PowerOffCheck;

/** One start of one machine, and everything that is checked in it, in order. */
export interface BootCase {
  /** What this boot shows, as a sentence. */
  readonly name: string;
  /** `release` runs only in `npm run test:release`. */
  readonly runs?: 'always' | 'release';
  readonly target?: string;
  readonly medium: LiveMedium;
  readonly firmware: FirmwareKind;
  readonly memoryMiB: number;
  readonly cpus?: number;
  readonly hotPlugSlots?: number;
  readonly checks: readonly Check[];
}
