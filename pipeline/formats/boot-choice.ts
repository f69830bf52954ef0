import { decodeGrubEnvironment, encodeGrubEnvironment } from './grub-environment.ts';

/** A place on the boot partition for one version: a folder `a` or `b` with `boot/`, `rancheros/` and `slot.cfg`. */
export type Slot = 'a' | 'b';

/**
 * Which slot the boot loader starts. It lies in GRUB's environment block, `EFI/debian/grubenv` of the boot partition, and only two write
 * it, each in place: GRUB, which counts down `left` before it starts `next`; and the running system, by the functions below. All
 * of it fits the first sector of the block, so no power cut leaves half of it.
 */
export interface BootChoice {
  /** The slot that is known to work. */
  readonly slot: Slot;
  /** A slot on trial: GRUB starts it as long as `left` is not 0. */
  readonly next: Slot | undefined;
  readonly left: number;
  /** The slot whose last trial came to nothing. */
  readonly failed: Slot | undefined;
}

/** How often a new version may try to start before the old one is taken again. The menu counts no further than this. */
const TRIES = 3;

/** After another version was written to `next`: the coming boots try it. */
export function tryNext(choice: BootChoice, next: Slot): BootChoice {
  return {
    slot: choice.slot,
    next: next === choice.slot ? undefined : next,
    left: next === choice.slot ? 0 : TRIES,
    failed: undefined,
  };
}

/** The running slot proved itself: it is the one to start from now on. */
export function confirmSlot(choice: BootChoice, running: Slot): BootChoice {
  return { slot: running, next: undefined, left: 0, failed: choice.failed === running ? undefined : choice.failed };
}

/** The environment block that says so. */
export function encodeBootChoice(choice: BootChoice): Uint8Array {
  return encodeGrubEnvironment({
    slot: choice.slot,
    next: choice.next ?? '',
    left: choice.next === undefined ? '' : String(choice.left),
    failed: choice.failed ?? '',
  });
}

/** What an environment block says; like the menu, whatever is unheard-of counts as slot `a` and no trial. */
export function decodeBootChoice(bytes: Uint8Array, what: string): BootChoice {
  const { slot, next, left, failed } = decodeGrubEnvironment(bytes, what);
  const trial = slotOf(next);
  return {
    slot: slotOf(slot) ?? 'a',
    next: trial,
    left: trial !== undefined && /^[1-3]$/.test(left ?? '') ? Number(left) : 0,
    failed: slotOf(failed),
  };
}

function slotOf(text: string | undefined): Slot | undefined {
  return text === 'a' || text === 'b' ? text : undefined;
}
