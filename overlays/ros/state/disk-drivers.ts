import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

const PROGRAM = '/usr/lib/ros/disk-drivers';
const LOADED = '/run/ros/disk-drivers';
/** A driver that hangs must not keep a machine from starting. */
const LIMIT_MS = 20_000;

/** Returns when the drivers of disks are loaded, which began with the start. */
export function awaitDiskDrivers(system: System): void {
  const until = system.now() + LIMIT_MS;
  while (system.readText(LOADED) === undefined && system.now() < until) system.sleep(10);
}

/** Once more: some drivers look for their disks in their own time, and a disk may hang on anything: `all` are loaded then. */
export function loadDiskDrivers(system: System, { all = false } = {}): void {
  run(system, ['timeout', String(LIMIT_MS / 1000), PROGRAM, ...(all ? ['--all'] : [])]);
}
