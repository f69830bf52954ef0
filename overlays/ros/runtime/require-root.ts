import { Failure, type System } from './system.ts';

/** Fails for whoever is not root, with what to type: the configuration and its secrets are root's, and half of it would be a lie. */
export function requireRoot(system: System, command: string): void {
  const user = /^Uid:\s+\d+\s+(\d+)/m.exec(system.readText('/proc/self/status') ?? '')?.[1];
  if (user !== undefined && user !== '0')
    throw new Failure(`${command} reads what only root may read: sudo ${command}`);
}
