import { Listr } from 'listr2';
import type { BuildEvent } from '../core/event.ts';
import { unreachable } from '../core/failure.ts';
import { harmless } from '../core/harmless.ts';
import type { Reporter } from '../core/ports.ts';
import { failureText } from './failure-text.ts';
import { formatBytes, formatSeconds } from './format.ts';
import { paintFor } from './paint.ts';
import { count, emptyTally } from './tally.ts';

/** What listr2 hands a running task to change its own line. */
interface Line {
  title: string;
  output: string;
}

/**
 * A living view for a terminal. listr2 draws two lines — downloads and steps — that only wait for events; nothing is scheduled
 * by it. Failures and notes are kept and printed below when the view is closed, where they stay readable.
 */
export function terminalReporter(options: {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => number;
}): Reporter {
  const paint = paintFor(options.stderr, options.env);
  const started = options.now();
  const tally = emptyTally();
  const running = new Map<number, { readonly title: string; readonly since: number }>();
  const receiving = new Map<string, number>();
  const afterwards: string[] = [];
  const lines: { steps?: Line; downloads?: Line } = {};
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let failed = false;

  const draw = () => {
    const inFlight = [...receiving.values()].reduce((sum, bytes) => sum + bytes, 0);
    if (lines.downloads) {
      const total = tally.downloadedBytes + inFlight;
      lines.downloads.title =
        total === 0
          ? 'Inputs: all here'
          : `Inputs: ${tally.downloads} downloaded, ${formatBytes(total)}${receiving.size > 0 ? `, ${receiving.size} on the way` : ''}`;
    }
    if (lines.steps) {
      lines.steps.title = `Steps: ${tally.made} run, ${tally.cached} reused (${formatSeconds(options.now() - started)})`;
      const now = [...running.values()]
        .slice(0, 4)
        .map((step) => `${step.title} ${formatSeconds(options.now() - step.since)}`);
      lines.steps.output = now.join(' · ');
    }
  };
  const wait = (name: 'steps' | 'downloads') => async (_: unknown, task: Line) => {
    lines[name] = task;
    draw();
    await finished;
    draw();
    if (failed && name === 'steps') throw new Error(lines.steps?.title ?? 'failed');
  };
  const view = new Listr(
    [
      { title: 'Inputs', task: wait('downloads') },
      { title: 'Steps', task: wait('steps') },
    ],
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: { collapseErrors: true, showErrorMessage: false },
    },
  );
  const drawn = view.run().catch(() => undefined);
  const clock = setInterval(draw, 200);
  clock.unref();

  let closed = false;

  const report = (event: BuildEvent): void => {
    count(tally, event);
    switch (event.type) {
      case 'download-start':
        receiving.set(event.name, 0);
        return;
      case 'download-progress':
        receiving.set(event.name, event.received);
        return;
      case 'download-end':
        receiving.delete(event.name);
        return;
      case 'step-start':
        running.set(event.id, { title: harmless(event.title), since: options.now() });
        return;
      case 'step-end':
        running.delete(event.id);
        return;
      case 'step-failed':
        running.delete(event.id);
        failed = true;
        return;
      case 'note':
        afterwards.push(
          event.level === 'warning'
            ? `${paint.yellow('warning:')} ${harmless(event.message)}`
            : harmless(event.message),
        );
        return;
      case 'failure':
        failed = true;
        afterwards.push(failureText(event.failure, paint));
        return;
      case 'plan':
      case 'file':
        return;
      default:
        unreachable(event);
    }
  };
  return {
    report,
    close: async () => {
      if (closed) return;
      closed = true;
      clearInterval(clock);
      finish();
      await drawn;
      for (const text of afterwards) options.stderr.write(`${text}\n`);
    },
  };
}
