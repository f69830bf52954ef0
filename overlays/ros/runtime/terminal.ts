import { run } from './run.ts';
import type { System } from './system.ts';

/** Runs a command on our own standard input and outputs, for the user there; returns its exit status. */
export function onTerminal(
  system: System,
  argv: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): number {
  const script = 'own=/proc/$PPID/fd; exec "$@" <$own/0 >>$own/1 2>>$own/2';
  return run(system, ['sh', '-c', script, 'ros', ...argv], { environment }).status;
}
