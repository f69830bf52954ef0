import { randomBytes } from 'node:crypto';
import { mkdir, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { BuildError } from '../core/failure.ts';
import type { Report } from '../core/ports.ts';
import { diskFailure } from '../host/disk-failure.ts';
import { formatBytes } from '../report/format.ts';
import type { Outlook, Space } from './outlook.ts';
import * as messages from './release-messages.ts';

/** Refuses a directory that this user cannot write to, or that cannot be made: a directory is made there and removed again. */
export async function demandWritable(directory: string): Promise<void> {
  const there = await existingAbove(directory);
  const probe = path.join(there, `.writable-${randomBytes(4).toString('hex')}`);
  try {
    const seen = await stat(there);
    if (!seen.isDirectory())
      throw Object.assign(new Error(`ENOTDIR: not a directory, '${there}'`), { code: 'ENOTDIR' });
    await mkdir(probe);
    await rmdir(probe);
  } catch (error) {
    const isOfProbe = error instanceof Error && 'path' in error && error.path === probe;
    const isMissing = isOfProbe && 'code' in error && error.code === 'ENOENT';
    throw diskFailure(isMissing ? Object.assign(error, { path: directory }) : error, there, 'releases');
  }
}

/** What a guess may be wrong by before a build is refused for it. */
const CERTAIN_PART = 0.7;

/** Refuses a build that the disk has no room for. What is only likely is warned of. */
export async function demandRoom(
  { estimate, store, dist }: Outlook,
  { ignoreSpace, report }: { readonly ignoreSpace: boolean; readonly report: Report },
): Promise<void> {
  const isShared = (await deviceOf(store.place)) === (await deviceOf(dist.place));
  const spaces: readonly (Space & { readonly isStore: boolean })[] = isShared
    ? [{ ...store, needed: store.needed + dist.needed, isStore: true }]
    : [
        { ...store, isStore: true },
        { ...dist, isStore: false },
      ];
  for (const { place, free, needed, isStore } of spaces) {
    if (needed <= free) continue;
    const certain = estimate.isMeasured || !isStore ? needed : needed * CERTAIN_PART;
    const sizes = { needed: formatBytes(needed), free: formatBytes(free) };
    if (!ignoreSpace && certain > free)
      throw new BuildError(messages.noRoom(place, { ...sizes, remedy: isStore ? 'clean-store' : 'move-releases' }));
    const message = `This build takes about ${sizes.needed} in ${place}, and ${sizes.free} are free.`;
    report({ type: 'note', level: 'warning', message });
  }
}

async function deviceOf(place: string): Promise<number> {
  return (await stat(await existingAbove(place))).dev;
}

async function existingAbove(place: string): Promise<string> {
  for (let there = place; ; there = path.dirname(there)) {
    const isThere = await stat(there).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
    );
    if (isThere || path.dirname(there) === there) return there;
  }
}
