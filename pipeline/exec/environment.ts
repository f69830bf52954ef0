import type { Command } from '../core/step.ts';

/** The whole environment of a tool: nothing of the host's reaches it. */
export function toolEnvironment(env: Command['env'], epoch: number): { [name: string]: string } {
  return {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/work',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    SOURCE_DATE_EPOCH: String(epoch),
    ...env,
  };
}
