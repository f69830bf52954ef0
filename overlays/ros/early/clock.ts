import { note } from '../runtime/kernel-log.ts';
import { must } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

// Without a battery a clock starts in 1970, or at its last value. Until the network corrects it, certificates are not yet valid, files are older
// than the release, and logs go back in time.

/** Directories of the state whose files are written until the machine ends. */
const WRITTEN = ['/var/log', '/var/lib/rancher', '/var/lib/rancher/conf', '/var/lib/rancher/conf/cloud-config.d'];
const DAY = 24 * 3600;
/** Seconds after the release; a later file was written with a wrong clock. */
const BELIEVED = 15 * 365 * DAY;

/** Sets a clock that is behind the release, or behind the newest file of the state disk, to that time. No program runs where it is not behind. */
export function setClockFloor(system: System, now = Math.floor(Date.now() / 1000)): void {
  const release = kernelDate(system);
  if (release === undefined) return;
  const files = WRITTEN.flatMap((folder) => system.files(folder).map((name) => `${folder}/${name}`));
  const times = files.map((file) => system.modified(file) ?? 0).filter((time) => time < release + BELIEVED);
  const floor = Math.max(release, ...times);
  if (now >= floor) return;
  must(system, ['date', '-s', `@${floor}`]);
  note(
    system,
    `the clock was behind and goes on from ${new Date(floor * 1000).toISOString()} until the network tells the time`,
  );
}

/** Seconds since 1970. Debian's kernels name the day they were built on, as in `#1 SMP Debian 6.12.30-1 (2025-05-24)`. */
function kernelDate(system: System): number | undefined {
  const day = /\((\d{4}-\d\d-\d\d)\)/.exec(system.readText('/proc/version') ?? '')?.[1];
  const time = day === undefined ? Number.NaN : Date.parse(`${day}T00:00:00Z`) / 1000;
  return Number.isNaN(time) ? undefined : time;
}
