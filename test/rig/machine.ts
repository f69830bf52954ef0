import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BuildError, unreachable } from '../../pipeline/core/failure.ts';
import { freePort } from '../../pipeline/emulator/free-port.ts';
import type { BootMedium, Disk, Machine } from '../../pipeline/emulator/machine.ts';
import { filesOf, liveMedium } from '../../pipeline/emulator/release-machine.ts';
import { type RunningMachine, startMachine } from '../../pipeline/emulator/running-machine.ts';
import type { Mark } from '../../pipeline/emulator/serial-console.ts';
import { type CommandResult, ConsoleShell } from '../../pipeline/emulator/shell.ts';
import { hashFile } from '../../pipeline/host/hash-file.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../../pipeline/host/temporary-directory.ts';
import { askAgent } from './agent.ts';
import type { AgentCheck, BootCase, Check, CommandCheck, CommandCutsCheck, MachineAction, PowerCutCheck, SshCheck, StartCuts, SwitchedOn } from './boot-case.ts';
import { bootFacts } from './boot-facts.ts';
import { BootServer, NETWORK_FILES } from './boot-server.ts';
import { type InsertedCard, insertCard } from './card.ts';
import { makeConfigMedium, makeDisk } from './case-disk.ts';
import { networksOf } from './case-networks.ts';
import { type Emulator, emulatorOf } from './emulator.ts';
import { RunningMetadata } from './metadata-service.ts';
import { cutsOf, moments, SEED } from './moments.ts';
import { nextReleaseFiles, publishedFile, releaseFiles, reportFolder } from './project.ts';
import { caseSlug, type Premises, Proofs, premisesOf } from './proof.ts';
import { RunningRegistry } from './registry.ts';
import { answerAsModem } from './simulated-modem.ts';
import { overSsh } from './ssh.ts';
import { takeUsedFiles, usedFile } from './used-files.ts';

/** Give-up limits are written for a quiet machine with two processors; a loaded one gets more. Nothing is asserted about time. */
const PATIENCE = Number(process.env['RANCHEROS_PATIENCE'] ?? '3');
const SHELL_SECONDS = 120;
const CHECK_SECONDS = 60;
const SHOWN_LINES = 60;
/** A run of `npm test` boots everything; --all-again of the runner makes a run of `npm run test:release` do so too. */
const MAY_BE_PROVEN = process.env['RANCHEROS_TEST_RELEASE'] === '1' && process.env['RANCHEROS_TEST_ALL_AGAIN'] !== '1';
/** The runner counts such cases, and machines that were started once more, by these words. */
const PROVEN = 'proven';
const ONCE_MORE = 'the machine is started once more';
const FROM_POWER_ON = 0 as Mark;
const FATAL = /Kernel panic - not syncing[^\n]*|RancherOS cannot start[^\n]*/;

interface CheckResult {
  readonly sentence: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly why?: string | undefined;
}

/** What a machine of a case consists of, made once: a restart gets the same. */
interface Parts {
  readonly card: InsertedCard | undefined;
  readonly disks: readonly Disk[];
  readonly discs: readonly string[];
  readonly networks: Machine['networks'];
  readonly sshPort: number;
  readonly agentSocket: string | undefined;
  /** Digests of the published files that it boots, by their paths. */
  readonly published: { readonly [path: string]: string };
  readonly modemSocket: string | undefined;
}

/** One case under test: its machine, which restarts replace, and what was seen. */
interface Run {
  readonly boot: BootCase;
  readonly context: TestContext;
  readonly scratch: string;
  readonly parts: Parts;
  readonly metadata: RunningMetadata | undefined;
  readonly registry: RunningRegistry | undefined;
  readonly emulator: Emulator;
  readonly results: CheckResult[];
  readonly live: WriteStream;
  /** Consoles of machines that were switched off. */
  readonly past: string[];
  machine: RunningMachine;
  /** Undefined: no shell, or the machine stopped answering. */
  shell: ConsoleShell | undefined;
  lost: boolean;
  /** The last number that a machine acknowledged before its power was cut. */
  acknowledged: number;
}

/** Registers a boot as one test with a subtest per check; its console and results stay in `.cache/test/boots/<name>`. `--case` of the runner leaves the others out. */
export function bootTest(boot: BootCase): void {
  if (!new RegExp(process.env['RANCHEROS_TEST_CASE'] ?? '', 'i').test(boot.name)) return;
  const skip = boot.runs === 'release' && process.env['RANCHEROS_TEST_RELEASE'] !== '1' ? 'runs in npm run test:release' : false;
  test(boot.name, { skip }, async (context) => {
    const emulator = await emulatorOf(boot);
    const premises = premisesOf(boot, { toolRoot: emulator.root, accelerator: emulator.accelerator });
    const proof = premises && MAY_BE_PROVEN ? await new Proofs().of(boot.name, premises) : undefined;
    if (proof) return context.skip(`${PROVEN} on ${proof.proven} with these files, this case and this emulator: ${proof.checks} checks`);
    context.diagnostic(`${emulator.accelerator}: ${emulator.reason}`);
    takeUsedFiles();
    const folder = join(reportFolder, 'boots', caseSlug(boot.name));
    const scratch = await temporaryDirectory('test');
    context.after(() => removeTemporaryDirectory(scratch));
    await mkdir(folder, { recursive: true });
    const metadata = boot.metadata && (await RunningMetadata.start(boot.metadata));
    const bootServer = boot.medium === 'network' ? await BootServer.start(releaseFiles(boot.target)) : undefined;
    const registry = boot.registry ? await RunningRegistry.start(join(scratch, 'registry')) : undefined;
    // As it comes, for whoever watches a boot that takes long.
    const live = createWriteStream(join(folder, 'console.live'));
    let run: Run | undefined;
    try {
      run = await prepare(boot, emulator, { context, scratch, metadata, registry, bootServer, live });
      await runChecks(run);
    } finally {
      await run?.machine.stop();
      metadata?.stop();
      registry?.stop();
      bootServer?.stop();
      live.end();
      if (run) await report(run, folder, premises);
    }
  });
}

async function report(run: Run, folder: string, premises: Premises | undefined): Promise<void> {
  const log = [...run.past, run.machine.console.log()].join('\n');
  await writeFile(join(folder, 'console.log'), log);
  if (run.metadata) await writeFile(join(folder, 'metadata.log'), run.metadata.text());
  const { boot, parts, emulator } = run;
  const medium = boot.medium === 'disk' || boot.medium === 'card' ? undefined : mediumOf(boot.medium, boot.append, { folder: releaseFiles(boot.target), boot, card: parts.card });
  const facts = await bootFacts(boot, { medium, release: publishedFile(''), published: parts.published, accelerator: emulator.accelerator });
  await writeFile(join(folder, 'results.json'), `${JSON.stringify({ ...facts, checks: run.results }, null, 2)}\n`);
  if (run.results.every((each) => each.ok)) {
    if (premises) await new Proofs().keep(boot.name, premises, { files: takeUsedFiles(), checks: run.results.length });
    return;
  }
  run.context.diagnostic(`the console (${join(folder, 'console.log')}) ends with:`);
  for (const line of log.trimEnd().split('\n').slice(-SHOWN_LINES)) run.context.diagnostic(line.slice(0, 240));
}

type Surroundings = Pick<Run, 'context' | 'scratch' | 'metadata' | 'registry' | 'live'> & { readonly bootServer: BootServer | undefined };

async function prepare(boot: BootCase, emulator: Emulator, around: Surroundings): Promise<Run> {
  const parts = await makeParts(boot, around);
  const machine = await switchOn({ boot, parts, emulator, live: around.live }, {});
  return { boot, ...around, parts, emulator, results: [], past: [], machine, shell: undefined, lost: false, acknowledged: Number.NaN };
}

async function makeParts(boot: BootCase, { context, scratch, metadata, registry, bootServer }: Surroundings): Promise<Parts> {
  const disks: Disk[] = [];
  const published: { [path: string]: string } = {};
  for (const disk of boot.disks ?? []) {
    const { holds } = disk;
    const file = await makeDisk(disk, scratch);
    disks.push({ file, format: holds?.type === 'published' ? 'qcow2' : 'raw', bus: disk.bus ?? 'virtio', serial: disk.name });
    if (holds?.type !== 'published') continue;
    published[holds.file] = (await hashFile(usedFile(publishedFile(holds.file)))).digest;
    context.diagnostic(`${holds.file} ${published[holds.file]}`);
  }
  const zip = join(releaseFiles(boot.target), 'rancheros-raspberry-pi64.zip');
  const card = boot.card && (await insertCard(usedFile(zip), boot.card, scratch));
  if (card) published[relative(publishedFile(''), zip)] = (await hashFile(zip)).digest;
  if (card) disks.push({ file: card.file, format: 'raw', bus: 'sd' });
  const discs: string[] = [];
  if (boot.configMedium) {
    const file = await makeConfigMedium(boot.configMedium, scratch);
    if (boot.configMedium.format === 'fat') disks.push({ file, format: 'raw', bus: boot.configMedium.bus ?? 'virtio', readOnly: true, serial: 'config-medium' });
    else discs.push(file);
  }
  const sshPort = await freePort();
  const modemSocket = boot.modem ? join(scratch, 'modem') : undefined;
  const agentSocket = boot.agentPort ? join(scratch, 'agent') : undefined;
  return { card, disks, discs, networks: networksOf(boot, { metadata, registry, bootServer }, sshPort), sshPort, agentSocket, modemSocket, published };
}

async function switchOn({ boot, parts, emulator, live }: Pick<Run, 'boot' | 'parts' | 'emulator' | 'live'>, how: SwitchedOn): Promise<RunningMachine> {
  const folder = how.release === 'next' ? nextReleaseFiles(boot.target) : releaseFiles(boot.target);
  const medium = mediumOf(how.medium ?? boot.medium, how.append ?? boot.append, { folder, boot, card: parts.card });
  // What was taken out of a card is named by its archive.
  if (!parts.card) for (const file of filesOf(medium)) usedFile(file);
  const machine = await startMachine(
    {
      board: boot.board ?? 'q35',
      memoryMiB: boot.memoryMiB,
      cpus: boot.cpus ?? 2,
      firmware: boot.firmware,
      boot: medium,
      disks: parts.disks,
      discs: parts.discs,
      networks: parts.networks ?? [],
      makersWords: boot.makersWords ?? {},
      ...(boot.graphics === undefined ? {} : { graphics: boot.graphics }),
      ...(parts.modemSocket === undefined ? {} : { modemSocket: parts.modemSocket }),
      ...(parts.agentSocket === undefined ? {} : { agentSocket: parts.agentSocket }),
      hotPlugSlots: boot.hotPlugSlots ?? 0,
    },
    { toolRoot: emulator.root, accelerator: emulator.accelerator, fatal: FATAL },
  );
  if (parts.modemSocket !== undefined) answerAsModem(parts.modemSocket);
  machine.console.onBytes((bytes) => live.write(bytes));
  return machine;
}

function mediumOf(
  medium: BootCase['medium'],
  append: string | undefined,
  { folder, boot, card }: { readonly folder: string; readonly boot: BootCase; readonly card: InsertedCard | undefined },
): BootMedium {
  if (medium === 'disk') return { type: 'disk' };
  if (medium === 'network') return { type: 'network', files: NETWORK_FILES.map((name) => join(folder, name)) };
  if (medium !== 'card') return liveMedium(medium, folder, { append, iso: boot.iso, board: boot.board });
  if (!card) throw new Error('a case that boots from a card has one');
  return card.boot(append ?? '');
}

async function runChecks(run: Run): Promise<void> {
  if (run.boot.startCuts) await performStartCuts(run.boot.startCuts, run);
  if (run.boot.reachesShell !== false) {
    const sentence = run.boot.login === 'ssh' ? 'lets the owner of the key in that the datasource gave it' : 'reaches a shell on the serial console';
    await check(run, sentence, () => openFirstShell(run));
  }
  for (const each of run.boot.checks) {
    if (run.lost && !('powerCut' in each)) {
      // One line instead of one more deadline per check.
      const why = 'the machine had stopped answering before';
      run.results.push({ sentence: each.sentence, ok: false, seconds: run.machine.console.seconds, why });
      continue;
    }
    if ('commandCuts' in each) await performCommandCuts(each, run);
    else await check(run, each.sentence, () => perform(each, run));
  }
}

/** The moments are told before the first of them: whoever wants the same ones gives the same seed and has the same lengths. */
function drawn(run: Run, { what, times, length }: { readonly what: string; readonly times: number; readonly length: number }): readonly number[] {
  const all = moments(`${run.boot.name}\n${what}`, times, length);
  run.context.diagnostic(`seed ${SEED}: ${what} took ${length.toFixed(1)} s; the power is cut after ${all.map((each) => each.toFixed(2)).join(', ')} s`);
  return all;
}

async function performStartCuts({ from, until, afresh, ...cuts }: StartCuts, run: Run): Promise<void> {
  const times = cutsOf(cuts.times);
  const seen = (pattern: RegExp) => run.machine.console.waitFor({ pattern, since: FROM_POWER_ON, deadlineSeconds: SHELL_SECONDS * PATIENCE, meaning: `${pattern}` });
  let length = Number.NaN;
  await check(run, 'starts without a cut, which is measured', async () => {
    const begun = await seen(from);
    length = (await seen(until)).seconds - begun.seconds;
    await cutPower(run, {}, 'as at first');
  });
  for (const [index, seconds] of drawn(run, { what: 'the start', times, length }).entries()) {
    if (run.lost) return;
    await check(run, `loses its power ${seconds.toFixed(2)} s into its start (${index + 1} of ${times})`, async () => {
      await seen(from);
      await sleep(seconds * 1000);
      await cutPower(run, {});
      if (!afresh) return;
      await seen(until);
      if (index + 1 < times) await cutPower(run, {}, 'as at first');
    });
  }
}

async function performCommandCuts({ sentence, commandCuts: cuts }: CommandCutsCheck, run: Run): Promise<void> {
  const patience = CHECK_SECONDS * PATIENCE;
  const times = cutsOf(cuts.times);
  let length = Number.NaN;
  await check(run, `${sentence}: without a cut, which is measured`, async () => {
    if (cuts.before !== undefined) await shellOf(run).output(cuts.before, { deadlineSeconds: patience });
    const begun = run.machine.console.seconds;
    await shellOf(run).output(cuts.during, { deadlineSeconds: (cuts.deadlineSeconds ?? CHECK_SECONDS) * PATIENCE });
    length = run.machine.console.seconds - begun;
  });
  for (const [index, seconds] of drawn(run, { what: sentence, times, length }).entries()) {
    if (run.lost || Number.isNaN(length)) return;
    const which = `(${index + 1} of ${times})`;
    await check(run, `${sentence}: the power is cut ${seconds.toFixed(2)} s after it began ${which}`, async () => {
      if (cuts.before !== undefined) await shellOf(run).output(cuts.before, { deadlineSeconds: patience });
      if (cuts.beside) await background(run, cuts.beside.run, cuts.beside.acknowledges);
      await background(run, cuts.during);
      await sleep(seconds * 1000);
      await cutPower(run, {});
      if (cuts.beside) run.acknowledged = lastAcknowledged(run, cuts.beside.acknowledges);
      await openShell(run);
    });
    for (const each of run.lost ? [] : cuts.after) await check(run, `${each.sentence} ${which}`, () => perform(each, run));
  }
}

async function openShell(run: Run): Promise<void> {
  if (run.boot.login === 'ssh') {
    const deadlineSeconds = SHELL_SECONDS * PATIENCE;
    const knock = { sentence: 'SSH answers', ssh: 'id -un', prints: /^rancher$/m, eventually: true };
    return answered(run, knock, deadlineSeconds, 'ssh: id -un', (left) => performSsh(knock, run, Math.min(left, 20)));
  }
  run.shell = await ConsoleShell.open(run.machine.console, { deadlineSeconds: SHELL_SECONDS * PATIENCE });
}

async function check(run: Run, sentence: string, act: () => Promise<void>): Promise<void> {
  await run.context.test(sentence, async () => {
    let why: string | undefined;
    try {
      await act();
    } catch (error) {
      if (error instanceof BuildError) run.lost = true;
      why = sentenceOf(error);
      throw new Error(why);
    } finally {
      const seconds = Number(run.machine.console.seconds.toFixed(1));
      run.results.push({ sentence, ok: why === undefined, seconds, why });
    }
  });
}

async function perform(check: Check, run: Run): Promise<void> {
  const { monitor, console } = run.machine;
  if ('powerCut' in check) return performPowerCut(check, run);
  if ('commandCuts' in check) return performCommandCuts(check, run);
  const deadlineSeconds = (check.deadlineSeconds ?? CHECK_SECONDS) * PATIENCE;
  if ('run' in check) return answered(run, check, deadlineSeconds, check.run, (left) => runCommand(run, check.run, left));
  if ('ssh' in check) return answered(run, check, deadlineSeconds, `ssh: ${check.ssh}`, (left) => performSsh(check, run, Math.min(left, 60)));
  if ('agent' in check) return askAgentOf(run, check, deadlineSeconds);
  if ('action' in check) return performAction(check.action, run);
  if ('shows' in check) {
    await console.waitFor({ pattern: check.shows, since: FROM_POWER_ON, deadlineSeconds, meaning: check.sentence }).catch((error: unknown) => {
      // The machine may be well all the same.
      throw new Error(sentenceOf(error));
    });
    return;
  }
  if ('metadataAsked' in check) {
    const end = console.seconds + deadlineSeconds;
    while (!check.metadataAsked.test(run.metadata?.text() ?? '')) {
      if (console.seconds >= end) throw new Error(`the metadata service was not asked ${check.metadataAsked}, but:\n${run.metadata?.text().slice(0, 4000)}`);
      await sleep(200);
    }
    return;
  }
  const mark = monitor.mark();
  const since = console.mark();
  if ('reboots' in check) {
    await cause(check.reboots, run);
    await monitor.waitForEvent('RESET', { since: mark, deadlineSeconds, meaning: 'the reset of the machine' });
    run.shell = undefined;
    if (check.reachesShell === false) return;
    if (run.boot.login === 'ssh') return openShell(run);
    run.shell = await ConsoleShell.open(console, { since, deadlineSeconds: SHELL_SECONDS * PATIENCE, meaning: 'a shell after the restart' });
    return;
  }
  await cause(check.powersOff, run);
  await monitor.waitForEvent('SHUTDOWN', { since: mark, deadlineSeconds, meaning: 'that the machine switches off' });
}

async function performPowerCut({ powerCut }: PowerCutCheck, run: Run): Promise<void> {
  if (powerCut.during !== undefined) await background(run, powerCut.during, powerCut.acknowledges);
  if (powerCut.afterSeconds !== undefined) await sleep(powerCut.afterSeconds * 1000);
  await cutPower(run, powerCut);
  if (powerCut.acknowledges) run.acknowledged = lastAcknowledged(run, powerCut.acknowledges);
  if (powerCut.reachesShell ?? run.boot.reachesShell ?? true) await openShell(run);
}

/** Starts a command that nobody waits for; with a pattern, waits for the first time that it acknowledges something. */
async function background(run: Run, command: string, acknowledges?: RegExp): Promise<void> {
  const deadlineSeconds = CHECK_SECONDS * PATIENCE;
  const since = run.machine.console.mark();
  await shellOf(run).output(`(${command}) >/dev/null 2>&1 &`, { deadlineSeconds });
  if (acknowledges) await run.machine.console.waitFor({ pattern: acknowledges, since, deadlineSeconds, meaning: `${acknowledges}` });
}

/** The last number that the machine before the cut acknowledged. */
function lastAcknowledged(run: Run, pattern: RegExp): number {
  return Number([...(run.past.at(-2) ?? '').matchAll(new RegExp(pattern, 'g'))].at(-1)?.[1]);
}

async function cutPower(run: Run, how: SwitchedOn, disks: 'as left' | 'as at first' = 'as left'): Promise<void> {
  await run.machine.stop();
  run.past.push(run.machine.console.log(), '── the power was cut ──');
  run.shell = undefined;
  run.lost = false;
  if (disks === 'as at first') {
    for (const disk of run.boot.disks ?? []) {
      await rm(join(run.scratch, `${disk.name}.img`));
      await makeDisk(disk, run.scratch);
    }
  }
  run.machine = await switchOn(run, how);
}

function shellOf(run: Run): ConsoleShell {
  if (!run.shell) throw new Error('this case has no shell at this point');
  return run.shell;
}

/** QEMU itself has crashed now and then within its first seconds. Such a machine has shown nothing: it is started once more, and that is said. */
async function openFirstShell(run: Run): Promise<void> {
  try {
    await openShell(run);
  } catch (error) {
    const end = await Promise.race([run.machine.ended, sleep(1000, undefined)]);
    const crash = /killed by (?!SIGKILL)SIG\w+/.exec(end?.stderr ?? '');
    if (crash === null) throw error;
    run.context.diagnostic(`QEMU was ${crash[0]}: ${ONCE_MORE}`);
    await cutPower(run, {});
    await openShell(run);
  }
}

/** Runs a command line in the machine, the way the case logs in. */
function runCommand(run: Run, command: string, seconds: number): Promise<CommandResult> {
  if (run.boot.login === 'ssh') return performSsh({ sentence: command, ssh: command }, run, seconds);
  return shellOf(run).run(command, { deadlineSeconds: seconds });
}

/** Starts what ends the machine: an action from outside, or a command whose end nobody will see. */
async function cause(by: { readonly by: MachineAction } | { readonly run: string }, run: Run): Promise<void> {
  if ('by' in by) return performAction(by.by, run);
  const { exitCode, stderr } = await runCommand(run, `(sleep 1; ${by.run}) >/dev/null 2>&1 &`, CHECK_SECONDS * PATIENCE);
  if (exitCode !== 0) throw new Error(`${by.run} could not be started: ${stderr}`);
}

async function answered(run: Run, check: CommandCheck | SshCheck, deadlineSeconds: number, shown: string, ask: (left: number) => Promise<CommandResult>): Promise<void> {
  const { console } = run.machine;
  const end = console.seconds + deadlineSeconds;
  for (;;) {
    const result = await ask(Math.max(1, end - console.seconds));
    const trouble = troubleOf(result, check, shown) ?? lossOf(result, check, run.acknowledged);
    if (trouble === undefined) return;
    if (!check.eventually || console.seconds >= end) throw new Error(trouble);
    await sleep(500);
  }
}

/** A connection may hang where the machine is not ready: `seconds` on it, and the next try may do better. */
function performSsh(check: SshCheck, run: Run, seconds: number): Promise<CommandResult> {
  return overSsh({ port: run.parts.sshPort, user: check.as ?? 'rancher', command: check.ssh, with: check.with ?? 'known-key', seconds });
}

/** How ssh ends that had no session, for whatever reason. */
const SSH_FAILED = 255;

function troubleOf({ stdout, stderr, exitCode }: CommandResult, check: CommandCheck | SshCheck, command: string): string | undefined {
  const shown = `\n$ ${command}\n${stdout}${stderr}`.slice(0, 4000);
  if ('isRefused' in check) return exitCode === SSH_FAILED && stderr.includes('Permission denied') ? undefined : `exit code ${exitCode}, not refused by the server${shown}`;
  if (exitCode !== (check.exits ?? 0)) return `exit code ${exitCode} instead of ${check.exits ?? 0}${shown}`;
  if (check.prints && !check.prints.test(stdout)) return `its output does not match ${check.prints}${shown}`;
  return undefined;
}

function lossOf({ stdout }: CommandResult, check: CommandCheck | SshCheck, acknowledged: number): string | undefined {
  if (!('atLeastAcknowledged' in check) || !check.atLeastAcknowledged) return undefined;
  return Number(stdout.trim() || Number.NaN) >= acknowledged ? undefined : `it prints ${stdout.trim()}, but ${acknowledged} was acknowledged`;
}

async function askAgentOf({ parts, machine }: Run, { agent, answers }: AgentCheck, deadlineSeconds: number): Promise<void> {
  const end = machine.console.seconds + deadlineSeconds;
  for (;;) {
    const answer = await askAgent(parts.agentSocket ?? '', agent);
    if (answers === 'nothing' ? answer === undefined : answers.test(answer ?? '')) return;
    if (machine.console.seconds >= end) throw new Error(`the agent answers ${agent} with ${answer ?? 'nothing'}`);
    await sleep(500);
  }
}

async function performAction(action: MachineAction, { machine, scratch, parts }: Run): Promise<void> {
  switch (action.type) {
    case 'agent':
      await askAgent(parts.agentSocket ?? '', action.execute);
      return;
    case 'plug-disk': {
      const file = join(scratch, `${action.serial}.img`);
      const handle = await open(file, 'w');
      await handle.truncate(action.mebibytes * 2 ** 20).finally(() => handle.close());
      return machine.monitor.plugDisk({ id: action.serial, file, format: 'raw', slot: action.slot, serial: action.serial });
    }
    case 'stall-disk': {
      const index = parts.disks.findIndex(({ serial }) => serial === action.name);
      return machine.monitor.stallDisk(`disk${index}`);
    }
    case 'plug-network-card':
      return machine.monitor.plugNetworkCard(action);
    case 'press':
      return machine.monitor.press(action.keys);
    case 'type':
      return machine.console.type(action.text);
    case 'power-button':
      return machine.monitor.powerButton();
    default:
      return unreachable(action);
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof BuildError) return error.failures.map((each) => [each.message, each.evidence].filter(Boolean).join('\n')).join('\n');
  return error instanceof Error ? error.message : String(error);
}
