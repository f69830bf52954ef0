import { harmless } from '../core/harmless.ts';
import type { Report, Reporter } from '../core/ports.ts';
import { paintFor } from '../report/paint.ts';
import type { CommandContext } from './command.ts';
import type { Settings } from './settings.ts';

/** For a command that shows nothing of its steps: warnings alone, as lines on standard error. */
export function notesTo({ stderr, env }: Pick<CommandContext, 'stderr' | 'env'>): Report {
  const paint = paintFor(stderr, env);
  return (event) => {
    if (event.type === 'note' && event.level === 'warning')
      stderr.write(`${paint.yellow('warning:')} ${harmless(event.message)}\n`);
  };
}

/** The reporter for a kind of output; listr2 is loaded only for a terminal. */
export async function makeReporter(output: Settings['output'], command: CommandContext): Promise<Reporter> {
  const { stdout, stderr, env, signal } = command;
  const world = { stdout, stderr, env, signal, now: () => performance.now(), every: repeatedly };
  switch (output) {
    case 'json':
      return (await import('../report/json-lines.ts')).jsonLinesReporter(command.stdout);
    case 'terminal':
      return (await import('../report/terminal.ts')).terminalReporter(world);
    case 'plain':
      return (await import('../report/plain.ts')).plainReporter(world);
  }
}

/** A timer that holds no process open. */
function repeatedly(milliseconds: number, call: () => void): () => void {
  const timer = setInterval(call, milliseconds);
  timer.unref();
  return () => clearInterval(timer);
}
