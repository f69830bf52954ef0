import type { BuildEvent, PlanEvent } from '../core/event.ts';
import { unreachable } from '../core/failure.ts';
import { harmless } from '../core/harmless.ts';
import type { Reporter } from '../core/ports.ts';
import { formatBytes, formatSeconds } from './format.ts';
import { paintFor } from './paint.ts';
import { Progress, plannedDownload } from './progress.ts';
import { count, emptyTally } from './tally.ts';

/** What takes longer than this is named, and named again after each such time. */
const LONG_MILLISECONDS = 15_000;
/** So many failed steps are named one by one; one dead mirror fails hundreds. */
const FAILED_LINES = 5;

/** One line per thing that happened, for pipes and CI logs. What takes long says every 15 seconds that it still runs, and since when. */
export function plainReporter(options: {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Calls something again and again; what it gives ends that. */
  readonly every: (milliseconds: number, call: () => void) => () => void;
}): Reporter {
  const { now } = options;
  const started = now();
  const paint = paintFor(options.stderr, options.env);
  const tally = emptyTally();
  const progress = new Progress(now);
  let toldProgress = started;
  let failed = 0;
  const pending = new Map<string, { received: number; readonly bytes: number; readonly since: number }>();
  const stamp = (moment: number) => `[${formatSeconds(moment - started).padStart(7)}]`;
  const say = (line: string) => options.stdout.write(`${stamp(now())} ${line}\n`);
  const complain = (text: string) => options.stderr.write(`${text}\n`);

  const nameLong = (): void => {
    const isLong = ({ since }: { readonly since: number }) => now() - since >= LONG_MILLISECONDS;
    const lines = [
      ...progress.running
        .filter(isLong)
        .map(({ title, since }) => `running for ${formatSeconds(now() - since)}, since ${stamp(since)}: ${title}`),
      ...[...pending]
        .filter(([, each]) => isLong(each))
        .map(
          ([name, { since, received, bytes }]) =>
            `downloading for ${formatSeconds(now() - since)}, since ${stamp(since)}: ${harmless(name)} (${formatBytes(received)} of ${formatBytes(bytes)})`,
        ),
    ];
    for (const line of lines) say(line);
    if (lines.length > 0 && progress.line !== undefined) say(progress.line);
  };
  const stopNaming = options.every(LONG_MILLISECONDS, nameLong);

  let closed = false;

  const report = (event: BuildEvent): void => {
    count(tally, event);
    progress.take(event);
    switch (event.type) {
      case 'plan':
        for (const line of planLines(event)) say(line);
        return;
      case 'download-start':
        pending.set(event.name, { received: 0, bytes: event.bytes, since: now() });
        return;
      case 'download-progress': {
        const known = pending.get(event.name);
        if (known) known.received = event.received;
        if (now() - toldProgress > 3000) {
          toldProgress = now();
          const inFlight = [...pending.values()].reduce((sum, { received }) => sum + received, 0);
          const all = plannedDownload(progress.plan, tally.downloads + pending.size);
          const files = all ? `${tally.downloads} of ${all.files} files` : `${tally.downloads} files`;
          const bytes = formatBytes(tally.downloadedBytes + inFlight);
          say(`downloading: ${files}, ${bytes}${all ? ` of ${formatBytes(all.bytes)}` : ''}`);
        }
        return;
      }
      case 'download-end':
        pending.delete(event.name);
        return;
      case 'step-start':
        return;
      case 'step-end':
        if (!event.cached && event.milliseconds >= 300) {
          const line = event.milliseconds >= 3000 ? progress.line : undefined;
          say(`${harmless(event.title)} (${formatSeconds(event.milliseconds)})${line ? ` – ${line}` : ''}`);
        }
        return;
      case 'step-failed':
        failed++;
        if (failed <= FAILED_LINES) complain(`${paint.red('failed:')} ${harmless(event.title)}`);
        return;
      case 'note':
        if (event.level === 'warning') complain(`${paint.yellow('warning:')} ${harmless(event.message)}`);
        else say(harmless(event.message));
        return;
      // Files, failures and the result are said at the end, by the command.
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
      stopNaming();
      if (failed > FAILED_LINES) complain(`${paint.red('failed:')} ${failed - FAILED_LINES} further steps`);
      const fetched =
        tally.downloads > 0 ? `, ${tally.downloads} files (${formatBytes(tally.downloadedBytes)}) downloaded` : '';
      const steps = tally.made + tally.cached;
      const total = progress.plan ? ` of ${Math.max(progress.plan.steps.length, steps)}` : '';
      if (steps > 0) say(`${tally.made} steps run, ${tally.cached} reused${total}${fetched}`);
    },
  };
}

/** What is to be done; nothing where all is cached. */
function planLines({ steps, download, milliseconds, isMeasured }: PlanEvent): readonly string[] {
  const of = (state: string) => steps.filter((step) => step.state === state).length;
  const [run, waits] = [of('run'), of('waits')];
  if (run + waits === 0) return [];
  const later = waits > 0 ? `, up to ${waits} more depend on their bytes` : '';
  const fetch = download.files > 0 ? `; ${download.files} files (${formatBytes(download.bytes)}) to fetch` : '';
  const time = isMeasured ? `; about ${formatSeconds(milliseconds)}` : '';
  return [`${run} steps to run${later}, ${of('cached')} of ${steps.length} cached${fetch}${time}`];
}
