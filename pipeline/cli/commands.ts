import type { Command } from './command.ts';

/** Commands by name, each loaded only when asked for. */
export const COMMANDS: { readonly [name: string]: () => Promise<Command> } = {
  build: async () => (await import('./build.ts')).build,
  plan: async () => (await import('./plan.ts')).plan,
  boot: async () => (await import('./boot.ts')).boot,
  targets: async () => (await import('./targets.ts')).targets,
  pins: async () => (await import('./pins.ts')).pins,
  audit: async () => (await import('./audit.ts')).audit,
  verify: async () => (await import('./verify.ts')).verify,
  why: async () => (await import('./why.ts')).why,
  shell: async () => (await import('./shell.ts')).shell,
  diff: async () => (await import('./diff.ts')).diff,
  reproduce: async () => (await import('./reproduce.ts')).reproduce,
  size: async () => (await import('./size.ts')).size,
  gc: async () => (await import('./gc.ts')).gc,
  bench: async () => (await import('./bench.ts')).bench,
  'bench:peer': async () => (await import('./bench-peer.ts')).benchPeer,
  completion: async () => (await import('./completion.ts')).completion,
};

/** All commands, in the order of the overview. */
export function allCommands(): Promise<readonly Command[]> {
  return Promise.all(Object.values(COMMANDS).map((load) => load()));
}
