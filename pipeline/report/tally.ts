import type { BuildEvent } from '../core/event.ts';

/** Counts over a run, kept from its events. */
export interface Tally {
  made: number;
  cached: number;
  downloads: number;
  downloadedBytes: number;
}

/** A tally of nothing. */
export function emptyTally(): Tally {
  return { made: 0, cached: 0, downloads: 0, downloadedBytes: 0 };
}

/** Takes one event into the counts. */
export function count(tally: Tally, event: BuildEvent): void {
  if (event.type === 'step-end') {
    if (event.cached) tally.cached++;
    else tally.made++;
  } else if (event.type === 'download-end') {
    tally.downloads++;
    tally.downloadedBytes += event.bytes;
  }
}
