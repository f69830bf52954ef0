import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BuildError, unreachable } from '../../pipeline/core/failure.ts';
import { chooseAccelerator } from '../../pipeline/emulator/accelerator.ts';
import { liveMedium } from '../../pipeline/emulator/release-machine.ts';
import { type RunningMachine, startMachine } from '../../pipeline/emulator/running-machine.ts';
import { type CommandResult, ConsoleShell } from '../../pipeline/emulator/shell.ts';
import type { BootCase, Check, CommandCheck, Deed } from './boot-case.ts';
import { releaseFiles, reportFolder } from './project.ts';
import { toolRoot } from './tools.ts';

/** Give-up limits are written for a quiet machine with two processors; a loaded one gets more. Nothing is asserted about time. */
const PATIENCE = Number(process.env['RANCHEROS_PATIENCE'] ?? '3');
const SHELL_SECONDS = 120;
const CHECK_SECONDS = 60;
const SHOWN_LINES = 60;
const FATAL = /Kernel panic - not syncing[^\n]*|RancherOS cannot start[^\n]*/;

interface CheckResult {
  readonly sentence: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly why?: string | undefined;
}

/** One boot under test. */
interface Guest {
  readonly machine: RunningMachine;
  readonly scratch: string;
  shell: ConsoleShell;
}

/** Registers a boot as one test with a subtest per check; its console and results stay in `.cache/test/boots/<name>`. */
export function bootTest(boot: BootCase): void {
  const skip = boot.runs === 'release' && process.env['RANCHEROS_TEST_RELEASE'] !== '1' ? 'runs in npm run test:release' : false;
  test(boot.name, { skip }, async (context) => {
    const folder = join(
      reportFolder,
      'boots',
      boot.name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, ''),
    );
    const scratch = await mkdtemp(join(tmpdir(), 'boot-test-'));
    await mkdir(folder, { recursive: true });
    const machine = await switchOn(boot, context);
    // As it comes, for whoever watches a boot that takes long.
    const live = createWriteStream(join(folder, 'console.live'));
    machine.console.onBytes((bytes) => live.write(bytes));
    const results: CheckResult[] = [];
    try {
      await runChecks(boot, { machine, scratch, context, results });
    } finally {
      await machine.stop();
      live.end();
      await writeFile(join(folder, 'console.log'), machine.console.log());
      await writeFile(join(folder, 'results.json'), `${JSON.stringify({ boot: boot.name, checks: results }, null, 2)}\n`);
      await rm(scratch, { recursive: true, force: true });
      if (results.some((each) => !each.ok)) {
        const lines = machine.console.log().trimEnd().split('\n');
        context.diagnostic(`the console (${join(folder, 'console.log')}) ends with:`);
        for (const line of lines.slice(-SHOWN_LINES)) context.diagnostic(line.slice(0, 240));
      }
    }
  });
}

async function switchOn(boot: BootCase, context: TestContext): Promise<RunningMachine> {
  const root = await toolRoot('qemu');
  const { accelerator, reason } = await chooseAccelerator(root, process.env['RANCHEROS_ACCEL']);
  context.diagnostic(`${accelerator}: ${reason}`);
  return startMachine(
    {
      memoryMiB: boot.memoryMiB,
      cpus: boot.cpus ?? 2,
      firmware: boot.firmware,
      boot: liveMedium(boot.medium, releaseFiles(boot.target)),
      network: { isolated: true },
      hotPlugSlots: boot.hotPlugSlots ?? 0,
    },
    { toolRoot: root, accelerator, fatal: FATAL },
  );
}

async function runChecks(boot: BootCase, run: { readonly machine: RunningMachine; readonly scratch: string; readonly context: TestContext; readonly results: CheckResult[] }): Promise<void> {
  const { machine, results } = run;
  let guest: Guest | undefined;
  await check(run, 'reaches a shell on the serial console', async () => {
    guest = { machine, scratch: run.scratch, shell: await ConsoleShell.open(machine.console, { deadlineSeconds: SHELL_SECONDS * PATIENCE }) };
  });
  for (const each of boot.checks) {
    const present = guest;
    if (!present) {
      // One line instead of one more deadline per check.
      const why = 'the machine had stopped answering before';
      results.push({ sentence: each.sentence, ok: false, seconds: machine.console.seconds, why });
      continue;
    }
    await check(run, each.sentence, async () => {
      try {
        await perform(each, present);
      } catch (error) {
        if (error instanceof BuildError) guest = undefined;
        throw error;
      }
    });
  }
}

async function check(run: { readonly machine: RunningMachine; readonly context: TestContext; readonly results: CheckResult[] }, sentence: string, act: () => Promise<void>): Promise<void> {
  await run.context.test(sentence, async () => {
    let why: string | undefined;
    try {
      await act();
    } catch (error) {
      why = sentenceOf(error);
      throw new Error(why);
    } finally {
      const seconds = Number(run.machine.console.seconds.toFixed(1));
      run.results.push({ sentence, ok: why === undefined, seconds, why });
    }
  });
}

async function perform(check: Check, guest: Guest): Promise<void> {
  const deadlineSeconds = (check.deadlineSeconds ?? CHECK_SECONDS) * PATIENCE;
  if ('run' in check) return performCommand(check, guest, deadlineSeconds);
  if ('deed' in check) return performDeed(check.deed, guest);
  const { monitor, console } = guest.machine;
  const mark = monitor.mark();
  const since = console.mark();
  if ('reboots' in check) {
    await cause(check.reboots, guest);
    await monitor.waitForEvent('RESET', { since: mark, deadlineSeconds, meaning: 'the reset of the machine' });
    guest.shell = await ConsoleShell.open(console, { since, deadlineSeconds: SHELL_SECONDS * PATIENCE, meaning: 'a shell after the restart' });
    return;
  }
  await cause(check.powersOff, guest);
  await monitor.waitForEvent('SHUTDOWN', { since: mark, deadlineSeconds, meaning: 'that the machine switches off' });
}

/** Starts what ends the machine: a deed from outside, or a command whose end nobody will see. */
async function cause(by: { readonly by: Deed } | { readonly run: string }, guest: Guest): Promise<void> {
  if ('by' in by) return performDeed(by.by, guest);
  await guest.shell.output(`(sleep 1; ${by.run}) >/dev/null 2>&1 &`, { deadlineSeconds: CHECK_SECONDS * PATIENCE });
}

async function performCommand(check: CommandCheck, guest: Guest, deadlineSeconds: number): Promise<void> {
  const end = guest.machine.console.seconds + deadlineSeconds;
  for (;;) {
    const left = Math.max(1, end - guest.machine.console.seconds);
    const result = await guest.shell.run(check.run, { deadlineSeconds: left });
    const trouble = troubleOf(result, check);
    if (trouble === undefined) return;
    if (!check.eventually || guest.machine.console.seconds >= end) throw new Error(trouble);
    await sleep(500);
  }
}

function troubleOf({ stdout, stderr, exitCode }: CommandResult, check: CommandCheck): string | undefined {
  const shown = `\n$ ${check.run}\n${stdout}${stderr}`.slice(0, 4000);
  if (exitCode !== (check.exits ?? 0)) return `exit code ${exitCode} instead of ${check.exits ?? 0}${shown}`;
  if (check.prints && !check.prints.test(stdout)) return `its output does not match ${check.prints}${shown}`;
  return undefined;
}

async function performDeed(deed: Deed, { machine, scratch }: Guest): Promise<void> {
  switch (deed.type) {
    case 'plug-disk': {
      const file = join(scratch, `${deed.serial}.img`);
      const handle = await open(file, 'w');
      await handle.truncate(deed.mebibytes * 2 ** 20).finally(() => handle.close());
      return machine.monitor.plugDisk({ id: deed.serial, file, format: 'raw', slot: deed.slot, serial: deed.serial });
    }
    case 'plug-network-card':
      return machine.monitor.plugNetworkCard(deed);
    case 'press':
      return machine.monitor.press(deed.keys);
    case 'power-button':
      return machine.monitor.powerButton();
    default:
      return unreachable(deed);
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof BuildError) return error.failures.map((each) => [each.message, each.evidence].filter(Boolean).join('\n')).join('\n');
  return error instanceof Error ? error.message : String(error);
}
