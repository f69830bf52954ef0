import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before } from 'node:test';
import { liveSystem } from '../../pipeline/recipes/system.ts';
import { type NetworkRoom, openRoom, whyNoRoom } from '../rig/network-room.ts';
import { wired } from './disk-build.ts';

/** Why tests with a room are skipped here; false: they are not. */
export const skip = whyNoRoom() ?? false;

/** Unpacks what the service `network` sees, for the tests of a file. Gives what opens a room with cards and a cloud-config; it is closed behind each test. */
export function networkRooms(): (yaml: string, cards: readonly string[]) => Promise<NetworkRoom> {
  let root: string;
  let room: NetworkRoom | undefined;
  before(async () => {
    if (skip) return;
    root = await mkdtemp(join(tmpdir(), 'network-root-'));
    const wiring = await wired();
    try {
      for (const { name, tar } of liveSystem(wiring.context, 'amd64').layers) {
        if (!['base', 'engine', 'config'].includes(name)) continue;
        const { digest } = await wiring.engine.build(tar);
        execFileSync('tar', ['-xpf', wiring.store.pathOf(digest), '-C', root, '--numeric-owner']);
      }
    } finally {
      await wiring.close();
    }
  });
  afterEach(() => {
    room?.close();
    room = undefined;
  });
  after(async () => {
    if (!skip) await rm(root, { recursive: true, force: true });
  });
  return async (yaml, cards) => {
    room = await openRoom(root);
    for (const card of cards) room.plug(card);
    room.configure(yaml);
    return room;
  };
}
