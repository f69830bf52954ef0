import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import type { Complain } from './wanted.ts';

/** Minutes would pass unnoticed at every start: a command that takes longer than that is ended and named. */
const SECONDS = 60;

/** Runs somebody's commands one after the other, each by the shell, with the interface's name as $iface. */
export function runCommands(
  system: System,
  commands: readonly string[] | undefined,
  context: { readonly path: readonly string[]; readonly iface?: string; readonly complain: Complain },
): void {
  for (const command of commands ?? []) {
    const environment = context.iface === undefined ? {} : { environment: { iface: context.iface } };
    const argv = ['timeout', String(SECONDS), 'sh', '-c', command];
    const { status, stdout } = run(system, argv, { ...environment, withErrors: true });
    if (status === 0) continue;
    const why = status === 124 ? `took longer than ${SECONDS} seconds` : `ended with status ${status}`;
    const words = stdout.trim().split('\n').at(-1) ?? '';
    context.complain(context.path, `“${command}” ${why}${words === '' ? '.' : `: ${words}`}`);
  }
}
