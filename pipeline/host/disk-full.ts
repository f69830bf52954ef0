import type { Failure } from '../core/failure.ts';

/** What to do about a full disk. */
export const DISK_FULL: Required<Pick<Failure, 'hint' | 'remedy'>> = {
  hint: 'Free some space, then run the same command again: nothing half-written was kept.',
  remedy: 'clean-store',
};
