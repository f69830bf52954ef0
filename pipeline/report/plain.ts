import type { BuildEvent } from '../core/event.ts';
import { unreachable } from '../core/failure.ts';
import { harmless } from '../core/harmless.ts';
import type { Reporter } from '../core/ports.ts';
import { failureText } from './failure-text.ts';
import { formatBytes, formatSeconds } from './format.ts';
import { paintFor } from './paint.ts';
import { count, emptyTally } from './tally.ts';

/** One line per thing that happened, for pipes and CI logs. A long download says where it is every few seconds. */
export function plainReporter(options: {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => number;
}): Reporter {
  const started = options.now();
  const paint = paintFor(options.stderr, options.env);
  const tally = emptyTally();
  let toldProgress = started;
  const pending = new Map<string, number>();
  const say = (line: string) =>
    options.stdout.write(`[${formatSeconds(options.now() - started).padStart(7)}] ${line}\n`);
  const complain = (text: string) => options.stderr.write(`${text}\n`);

  let closed = false;

  const report = (event: BuildEvent): void => {
    count(tally, event);
    switch (event.type) {
      case 'plan':
        return;
      case 'download-start':
        pending.set(event.name, 0);
        return;
      case 'download-progress':
        pending.set(event.name, event.received);
        if (options.now() - toldProgress > 3000) {
          toldProgress = options.now();
          const inFlight = [...pending.values()].reduce((sum, bytes) => sum + bytes, 0);
          say(`downloading: ${tally.downloads} files and ${formatBytes(tally.downloadedBytes + inFlight)} so far`);
        }
        return;
      case 'download-end':
        pending.delete(event.name);
        return;
      case 'step-start':
        return;
      case 'step-end':
        if (!event.cached && event.milliseconds >= 300)
          say(`${harmless(event.title)} (${formatSeconds(event.milliseconds)})`);
        return;
      case 'step-failed':
        complain(`${paint.red('failed:')} ${harmless(event.title)}`);
        return;
      case 'file':
        return;
      case 'note':
        if (event.level === 'warning') complain(`${paint.yellow('warning:')} ${harmless(event.message)}`);
        else say(harmless(event.message));
        return;
      case 'failure':
        complain(failureText(event.failure, paint));
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
      const fetched =
        tally.downloads > 0 ? `, ${tally.downloads} files (${formatBytes(tally.downloadedBytes)}) downloaded` : '';
      if (tally.made + tally.cached > 0) say(`${tally.made} steps run, ${tally.cached} reused${fetched}`);
    },
  };
}
