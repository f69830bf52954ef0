import { nearestName } from '../config/nearest-name.ts';
import type { ResultDetails } from '../core/event.ts';
import { BuildError, exitCodeOf } from '../core/failure.ts';
import type { Report } from '../core/ports.ts';
import { failureText } from '../report/failure-text.ts';
import { jsonLinesReporter } from '../report/json-lines.ts';
import { paintFor } from '../report/paint.ts';
import { callerFolder } from './caller-folder.ts';
import type { Command, CommandContext } from './command.ts';
import { allCommands, COMMANDS } from './commands.ts';
import { commandHelp, overview } from './help.ts';
import * as messages from './messages.ts';
import { meantCommand } from './npm-options.mjs';
import { valueIn } from './options.ts';
import { withRemedy } from './remedy.ts';

/** Signals closer to each other than this are one press of a key (npm and the terminal both send it). */
const ONE_KEY_MS = 500;

/** Runs the command that argv names and sets the exit code. */
export async function main(place: { readonly projectFolder: string; readonly bundleFolder: string }): Promise<void> {
  const stop = new AbortController();
  let asked = Number.POSITIVE_INFINITY;
  const onSignal = () => {
    // The first asks politely; the second means it. npm passes on what the terminal has sent to us already, so one Ctrl-C
    // arrives twice at once.
    if (performance.now() - asked > ONE_KEY_MS) process.exit(130);
    asked = Math.min(asked, performance.now());
    stop.abort();
  };
  // A terminal that was closed asks politely too.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  const output = watchOutput([process.stdout, process.stderr]);

  const [name, ...argv] = process.argv.slice(2);
  const events = wantsJson(argv) ? jsonLinesReporter(process.stdout) : undefined;
  let result: ResultDetails | undefined;
  try {
    process.exitCode = await dispatch(name, {
      ...place,
      callerFolder: callerFolder(process.env, process.cwd()),
      argv,
      env: process.env,
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      signal: stop.signal,
      allCommands,
      conclude: (details) => {
        result = { ...result, ...details };
      },
    });
  } catch (error) {
    process.exitCode = reportEnd(error, argv, events?.report);
    result ??= {};
  }
  if (result) events?.report({ type: 'result', command: name ?? '', exitCode: process.exitCode, ...result });
  // Idle keep-alive sockets and worker threads must not hold a finished run open.
  process.stdout.write('', () => {
    // A stream tells its trouble one turn later than the write that met it.
    setImmediate(() => {
      if (output.lost !== undefined && process.exitCode === 0) process.exitCode = 1;
      process.exit();
    });
  });
}

/** Nobody reads any more: a pipe whose reader ended, such as `head`, or a terminal that is gone. */
const UNREAD: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO']);

/**
 * Keeps the command going when its words find no reader: a build is wanted for its files, and its exit code is its own. Words that are
 * lost for another reason, a full disk under a log, are told once; then a command that did its work has failed nevertheless.
 */
function watchOutput(streams: readonly NodeJS.WriteStream[]): { readonly lost: string | undefined } {
  const state: { lost: string | undefined } = { lost: undefined };
  for (const stream of streams) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (UNREAD.has(error.code) || state.lost !== undefined) return;
      state.lost = error.message;
      if (stream !== process.stderr) process.stderr.write(`warning: The output cannot be written: ${error.message}\n`);
    });
  }
  return state;
}

async function dispatch(name: string | undefined, context: CommandContext): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    context.stdout.write(overview(await allCommands()));
    return name === undefined ? 2 : 0;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load) {
    const known = Object.keys(COMMANDS);
    throw new BuildError(messages.noSuchCommand(name, known, nearestName(name, known)));
  }
  const command = await load();
  await refuseKeptOptions(name, command, context);
  const own = ownWords(context.argv);
  if (own.includes('--help') || own.includes('-h')) {
    context.stdout.write(commandHelp(command));
    return 0;
  }
  return command.run(context);
}

/** Options that npm kept for itself, because no dashes stood before them, must not be missed in silence: a dry run would build. */
async function refuseKeptOptions(
  name: string,
  command: Command,
  { argv, env, projectFolder }: CommandContext,
): Promise<void> {
  const readOptions = async () => {
    const others = await allCommands();
    const tables = [...others, command].flatMap(({ options }) => Object.entries(options));
    return Object.fromEntries(tables.map(([option, { type }]) => [option, type]));
  };
  const meant = await meantCommand({ script: name, argv, readOptions, env, projectFolder });
  if (!meant) return;
  throw new BuildError(messages.npmKeptOptions(meant.names, meant.command));
}

/** Whether a command line asks for JSON, wrong as it may be otherwise. */
function wantsJson(argv: readonly string[]): boolean {
  return ownWords(argv).includes('--json');
}

/** The words in which options are looked for: those before two dashes that stand alone. */
function ownWords(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return argv.slice(0, end < 0 ? argv.length : end);
}

function reportEnd(error: unknown, argv: readonly string[], report: Report | undefined): number {
  const paint = paintFor(process.stderr, process.env);
  if (error instanceof BuildError) {
    for (const each of error.failures) {
      const failure = withRemedy(each, valueIn(argv, 'cache'));
      process.stderr.write(`${failureText(failure, paint)}\n`);
      report?.({ type: 'failure', failure });
    }
    return exitCodeOf(error.failures[0].kind);
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const failure = messages.bug(stack);
  process.stderr.write(`${failureText(failure, paint)}\n`);
  report?.({ type: 'failure', failure });
  return 1;
}
