/** How to empty the store, as a hint says it; the command line adds `--cache` where one was named. */
export const STORE_CLEANUP = '`npm run gc`';

/** What to do about a full disk. */
export const DISK_FULL_HINT = `Free some space (${STORE_CLEANUP} empties the store of what no build used lately), then run the same command again: nothing half-written was kept.`;
