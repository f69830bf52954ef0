import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { removeTemporaryDirectory, temporaryDirectory } from '../host/temporary-directory.ts';
import type { Accelerator } from './accelerator.ts';
import { emulatorArguments } from './arguments.ts';
import { prepareFirmware } from './firmware.ts';
import { GUARDIAN_PROGRAM } from './guardian.ts';
import type { Machine } from './machine.ts';
import { Monitor } from './monitor.ts';
import { emulatorProgram } from './program.ts';
import { SerialConsole } from './serial-console.ts';

export interface StartOptions {
  /** Root folder of the unpacked tool image that has the board's emulator. */
  readonly toolRoot: string;
  readonly accelerator: Accelerator;
  /** Switches the machine off. */
  readonly signal?: AbortSignal;
  /** A line on the console after which waiting makes no sense, e.g. a kernel panic. */
  readonly fatal?: RegExp;
  /** Milliseconds; for times since power-on. */
  readonly now?: () => number;
}

/** How QEMU ended. */
export interface MachineEnd {
  readonly code: number;
  /** What QEMU itself said on its standard error. */
  readonly stderr: string;
}

const DESCRIPTORS = { monitor: 3, serial: 4 } as const;
const MAX_STDERR = 64 * 1024;

/** Switches a machine on. Whoever calls must `stop()` it; if this process dies instead, the guardian does. */
export async function startMachine(machine: Machine, options: StartOptions): Promise<RunningMachine> {
  options.signal?.throwIfAborted();
  const folder = await temporaryDirectory('machine');
  try {
    return await startIn(folder, machine, options);
  } catch (error) {
    await removeTemporaryDirectory(folder);
    throw error;
  }
}

async function startIn(folder: string, machine: Machine, options: StartOptions): Promise<RunningMachine> {
  const firmware = await prepareFirmware(machine, { toolRoot: options.toolRoot, folder });
  const program = emulatorProgram(options.toolRoot, machine.board);
  const words = emulatorArguments(machine, {
    accelerator: options.accelerator,
    monitor: { descriptor: DESCRIPTORS.monitor },
    serial: { descriptor: DESCRIPTORS.serial },
    firmware,
  });
  const guarded = ['-e', GUARDIAN_PROGRAM, '--', '2', ...program.argv, ...words];
  const child = spawn(process.execPath, guarded, {
    env: { ...program.env, TMPDIR: folder },
    stdio: ['pipe', 'ignore', 'pipe', 'pipe', 'pipe'],
    // A group of its own, so that the guardian and QEMU can be killed together.
    detached: true,
  });
  return new RunningMachine(child, {
    folder,
    now: options.now ?? (() => performance.now()),
    fatal: options.fatal,
    signal: options.signal,
  });
}

/** A machine that is on. */
export class RunningMachine {
  readonly console: SerialConsole;
  readonly monitor: Monitor;
  /** Settles when QEMU has ended. */
  readonly ended: Promise<MachineEnd>;
  readonly #child: ChildProcess;
  readonly #killGroup = (): void => {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, 'SIGKILL');
    } catch {
      // The group is gone already.
    }
  };

  constructor(
    child: ChildProcess,
    options: {
      readonly folder: string;
      readonly now: () => number;
      readonly fatal: RegExp | undefined;
      readonly signal: AbortSignal | undefined;
    },
  ) {
    this.#child = child;
    this.console = new SerialConsole(child.stdio[DESCRIPTORS.serial] as Duplex, options.now, options.fatal);
    this.monitor = new Monitor(child.stdio[DESCRIPTORS.monitor] as Duplex);
    child.stdin?.on('error', () => undefined);
    process.once('exit', this.#killGroup);
    options.signal?.addEventListener('abort', this.#killGroup, { once: true });
    this.ended = this.#watch(options.signal).finally(() => removeTemporaryDirectory(options.folder));
  }

  /** Switches the machine off, whatever it is doing, and waits until it is. */
  async stop(): Promise<MachineEnd> {
    this.#killGroup();
    return this.ended;
  }

  #watch(signal: AbortSignal | undefined): Promise<MachineEnd> {
    let stderr = '';
    this.#child.stderr?.on('data', (bytes: Uint8Array) => {
      stderr = (stderr + Buffer.from(bytes).toString('utf8')).slice(-MAX_STDERR);
    });
    return new Promise((resolve) => {
      const finish = (code: number): void => {
        process.removeListener('exit', this.#killGroup);
        signal?.removeEventListener('abort', this.#killGroup);
        this.#killGroup();
        const why = stderr.trim() === '' ? 'it was switched off' : `QEMU ended and said: ${stderr.trim()}`;
        this.console.end(why);
        this.monitor.end();
        resolve({ code, stderr });
      };
      this.#child.once('error', (error) => {
        stderr += error.message;
        finish(127);
      });
      this.#child.once('close', (code) => finish(code ?? 137));
    });
  }
}
