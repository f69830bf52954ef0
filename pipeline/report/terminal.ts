import { Listr } from 'listr2';
import type { BuildEvent } from '../core/event.ts';
import { unreachable } from '../core/failure.ts';
import { harmless } from '../core/harmless.ts';
import type { Reporter } from '../core/ports.ts';
import { formatBytes, formatSeconds } from './format.ts';
import { paintFor } from './paint.ts';
import { Progress, plannedDownload } from './progress.ts';
import { count, emptyTally } from './tally.ts';

/** What listr2 hands a running task to change its own line. */
interface Line {
  title: string;
  output: string;
}

/**
 * A living view for a terminal. listr2 draws two lines — downloads and steps — that only wait for events; nothing is scheduled
 * by it. Notes are kept and printed below when the view is closed, where they stay readable.
 */
export function terminalReporter(options: {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => number;
  /** Aborted when the run was told to stop: nothing is shown as done then. */
  readonly signal: AbortSignal;
}): Reporter {
  const paint = paintFor(options.stderr, options.env);
  const started = options.now();
  const tally = emptyTally();
  const progress = new Progress(options.now);
  const receiving = new Map<string, number>();
  const afterwards: string[] = [];
  const lines: { steps?: Line; downloads?: Line } = {};
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let failed = false;

  const inputsLine = (): string => {
    const inFlight = [...receiving.values()].reduce((sum, bytes) => sum + bytes, 0);
    const bytes = formatBytes(tally.downloadedBytes + inFlight);
    const all = plannedDownload(progress.plan, tally.downloads + receiving.size);
    if (all && all.files === 0 && tally.downloads + receiving.size === 0) return 'Inputs: all here';
    const files = all ? `${tally.downloads} of ${all.files} downloaded` : `${tally.downloads} downloaded`;
    const onTheWay = receiving.size > 0 ? `, ${receiving.size} on the way` : '';
    return `Inputs: ${files}, ${bytes}${all ? ` of ${formatBytes(all.bytes)}` : ''}${onTheWay}`;
  };
  const draw = () => {
    if (lines.downloads) lines.downloads.title = inputsLine();
    if (lines.steps) {
      const part = progress.line === undefined ? '' : `; ${progress.line}`;
      lines.steps.title = `Steps: ${tally.made} run, ${tally.cached} reused (${formatSeconds(options.now() - started)})${part}`;
      const now = progress.running
        .slice(0, 4)
        .map((step) => `${step.title} ${formatSeconds(options.now() - step.since)}`);
      lines.steps.output = now.join(' · ');
    }
  };
  const isIncomplete = (name: 'steps' | 'downloads'): boolean =>
    options.signal.aborted ||
    (failed && (name === 'steps' || tally.downloads < (progress.plan?.download.files ?? tally.downloads)));
  const wait = (name: 'steps' | 'downloads') => async (_: unknown, task: Line) => {
    lines[name] = task;
    draw();
    await finished;
    draw();
    if (isIncomplete(name)) throw new Error(lines[name]?.title ?? 'failed');
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
    progress.take(event);
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
      case 'step-failed':
        failed = true;
        return;
      case 'note':
        afterwards.push(
          event.level === 'warning'
            ? `${paint.yellow('warning:')} ${harmless(event.message)}`
            : harmless(event.message),
        );
        return;
      // Failures and the result are said at the end, by the command.
      case 'step-start':
      case 'step-end':
      case 'plan':
      case 'file':
      case 'failure':
      case 'result':
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
