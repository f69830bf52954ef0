import { Failure, type System } from './system.ts';

/** Fails for other users than root, with the command to type: only root may read the configuration and its secrets, and half of it would be wrong. */
export function requireRoot(system: System, command: string): void {
  const user = /^Uid:\s+\d+\s+(\d+)/m.exec(system.readText('/proc/self/status') ?? '')?.[1];
  if (user !== undefined && user !== '0')
    throw new Failure(`${command} reads what only root may read: sudo ${command}`);
}
