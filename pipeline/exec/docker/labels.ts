import { randomBytes } from 'node:crypto';
import { isOrphan, ownedPrefix } from '../../host/owner.ts';
import type { DockerApi } from './api.ts';

const OWNER = 'org.rancheros.build.owner';
const EXPIRES = 'org.rancheros.build.expires';
/** A container that runs so much longer than its step may (seconds) is of a build that has ended, wherever that ran. */
const GRACE_SECONDS = 3600;

/** Labels that say whose container it is, and until when at most. */
export function ownLabels(seconds: number): { readonly [label: string]: string } {
  return {
    [OWNER]: `${ownedPrefix('container')}${randomBytes(4).toString('hex')}`,
    [EXPIRES]: String(Math.round(Date.now() / 1000) + seconds + GRACE_SECONDS),
  };
}

/** Removes the containers of builds that were killed. */
export async function removeAbandoned(api: DockerApi): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [OWNER] }));
  const path = `/containers/json?all=1&filters=${filters}`;
  const containers = await api.json<
    readonly { readonly Id: string; readonly Labels: { readonly [name: string]: string } }[]
  >({ method: 'GET', path });
  for (const { Id, Labels } of containers)
    if (isOrphan(Labels[OWNER] ?? '') || Number(Labels[EXPIRES] ?? 0) * 1000 < Date.now())
      await removeContainer(api, Id);
}

/** Kills a container where it runs, and removes it. It may be gone already, or be about to go. */
export async function removeContainer(api: DockerApi, id: string): Promise<void> {
  await api.text({ method: 'DELETE', path: `/containers/${id}?force=1&v=1` }).catch(() => undefined);
}
