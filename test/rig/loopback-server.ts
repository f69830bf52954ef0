import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { projectFolder } from './project.ts';

/** Listens on a free port of this host. */
export function listenOnLoopback(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}

export function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** What QEMU starts for each connection of the guest. */
export function bridgeTo(server: Server): string {
  return `${process.execPath} ${join(projectFolder, 'test/rig/bridge.mjs')} ${portOf(server)}`;
}
