import { writeFile } from '../config/files.ts';
import { nearestName } from '../config/nearest-name.ts';
import { loadConfig } from '../config/sources.ts';
import { askAgain } from '../datasources/ask-again.ts';
import { askOne, LIMIT, outcomeFile } from '../datasources/ask-sources.ts';
import { wantedSources } from '../datasources/catalogue.ts';
import { fetchConfiguration } from '../datasources/fetch.ts';
import { DONE, readStatus, type Status } from '../datasources/status.ts';
import { requireRoot } from '../runtime/require-root.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';

const USAGE = `usage: ros cloud-init [status [--json]]

Asks the datasources of rancher.cloud_init.datasources for the configuration of this machine, saves what the first good
one gives, and applies it. The system does so by itself at every start, and goes on asking in the background where none
answers. What comes late, or when this is run again, is applied at once: name, network, kernel settings, keys, password,
files, mounts, services; commands and scripts are run that this start has not run yet.

  status   which datasource gave the configuration of this start, and what was wrong with the others

Exit status: 0, or 1 when no datasource gave anything.`;

const WORDS = ['status'];
const LOCK = '/run/ros/cloud-init.lock';
/** Exit status that tells the service that some sources may still answer. */
const GOES_ON = 3;

/** `ros cloud-init` */
export function cloudInit(system: System, args: readonly string[]): number {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const options = args.filter((arg) => arg.startsWith('-'));
  const [word] = words;
  if (options.some((option) => option === '-h' || option === '--help') || word === 'help') {
    system.print(USAGE);
    return 0;
  }
  if (options[0] === '--ask' && options.length === 1) return ask(system, Number(word));
  // By the service, which holds the lock.
  if (options[0] === '--service' && args.length === 1) return first(system);
  if (options[0] === '--late' && args.length === 1) return askAgain(system) ? GOES_ON : 0;
  if (options[0] === '--locked' && args.length === 1) return fetchConfiguration(system, { isRunning: 'always' });
  const isStatus =
    word === 'status' && words.length === 1 && options.every((option) => option === '--json' || option === '-j');
  if (isStatus) return status(system, options.length > 0);
  if (args.length > 0) {
    const near = nearestName(word ?? '', WORDS);
    system.complain(
      `cloud-init: ${args.join(' ')} is not known.${near === undefined || near === word ? '' : ` Did you mean ${near}?`}\n${USAGE}`,
    );
    return 2;
  }
  return byHand(system);
}

/** The service's first round, beside the start of console and network. They wait for the mark. */
function first(system: System): number {
  run(system, ['mkdir', '-p', '-m', '0700', '/run/ros']);
  // The console that starts waits for the mark, and prepares its logins by itself.
  const isAgain = system.readText(DONE) !== undefined;
  try {
    const status = fetchConfiguration(system, { goesOn: true, ...(isAgain ? { isRunning: 'always' } : {}) });
    return (readStatus(system)?.asking ?? []).length > 0 ? GOES_ON : status;
  } finally {
    // Also after an error, because other services wait for this.
    system.writeText(DONE, '');
  }
}

/** Starts this program again under a lock: two runs that ask and save at once would mix their results. */
function byHand(system: System): number {
  requireRoot(system, 'ros cloud-init');
  run(system, ['mkdir', '-p', '-m', '0700', '/run/ros']);
  const { status, stdout } = run(system, ['flock', '-o', '-w', '120', LOCK, 'ros', 'cloud-init', '--locked'], {
    withErrors: true,
  });
  if (stdout !== '') system.print(stdout.trimEnd());
  if (status > 1)
    throw new Failure(`the datasources could not be asked (status ${status}); another call may still be at it`);
  return status;
}

/** Asks one source, by its number, and leaves its outcome where the process that started this one looks. */
function ask(system: System, number: number): number {
  const deadline = system.now() + LIMIT;
  const wanted = wantedSources(system, loadConfig(system).config).wanted[number];
  if (wanted === undefined) return 2;
  writeFile(system, outcomeFile(number), JSON.stringify(askOne(system, wanted, deadline)));
  return 0;
}

function status(system: System, isJson: boolean): number {
  requireRoot(system, 'ros cloud-init status');
  const now = readStatus(system);
  if (isJson) system.print(JSON.stringify(now ?? null, undefined, 2));
  else for (const line of now === undefined ? notAsked(system) : linesOf(now)) system.print(line);
  return 0;
}

function notAsked(system: System): readonly string[] {
  const names = wantedSources(system, loadConfig(system).config).wanted.map(({ name }) => name);
  if (names.length === 0) return ['No datasource is configured (rancher.cloud_init.datasources).'];
  if (system.readText(DONE) === undefined) return [`The datasources are still being asked: ${names.join(', ')}.`];
  return [`No datasource was asked in this start: the machine has no disk for ${names.join(' or ')}.`];
}

function linesOf(status: Status): readonly string[] {
  const { datasource, userData, seconds, afterSeconds, isOfEarlierStart, sources, problems, asking } = status;
  const late = afterSeconds === undefined ? '' : ` late, ${afterSeconds} s after the machine was switched on`;
  const first =
    datasource === undefined
      ? `No datasource gave anything (${seconds} s).${isOfEarlierStart ? ' What an earlier start saved is in force.' : ''}`
      : `${datasource} gave the configuration${late} (${seconds} s; user-data: ${userData ?? 'none'}).`;
  return [
    first,
    ...(asking.length === 0
      ? []
      : [`Still being asked, now and then and whenever an address comes: ${asking.join(', ')}.`]),
    ...sources.map(
      ({ name, state, reason }) => `  ${name.padEnd(14)} ${state}${reason === undefined ? '' : `: ${reason}`}`,
    ),
    ...problems.map((problem) => `problem: ${problem}`),
  ];
}
