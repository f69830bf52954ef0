import type { Accelerator } from '../emulator/accelerator.ts';
import type { Machine } from '../emulator/machine.ts';
import { startMachine } from '../emulator/running-machine.ts';
import { ConsoleShell } from '../emulator/shell.ts';
import { median } from './build-figures.ts';

/** Seconds after power-on, each the median of the runs. */
export interface BootFigures {
  readonly path: string;
  readonly memoryMiB: number;
  readonly accelerator: Accelerator;
  readonly runs: number;
  readonly systemDockerSeconds: number;
  readonly loginSeconds: number;
  readonly firstContainerSeconds: number;
  /** Memory that is neither used nor needed, after the first container (`MemAvailable`). */
  readonly availableMiB: number;
}

export interface BootBenchOptions {
  readonly path: string;
  readonly machine: Machine;
  readonly runs: number;
  readonly toolRoot: string;
  readonly accelerator: Accelerator;
  readonly signal: AbortSignal;
}

const LIMIT = { deadlineSeconds: 300 };

/** As soon as the user's Docker answers: makes an image out of the machine's busybox, runs it, and tells when its line came. */
const FIRST_CONTAINER = `d=$(mktemp -d); mkdir $d/bin; cp "$(command -v busybox)" $d/bin/busybox; ln -s busybox $d/bin/sh; ln -s busybox $d/bin/echo
until docker version >/dev/null 2>&1; do sleep 0.1; done
tar -C $d -c . | docker import - bench:1 >/dev/null && docker run --rm bench:1 echo first && date +%s.%N && grep MemAvailable /proc/meminfo`;

/** System Docker's own words, with the guest's time. */
const SYSTEM_DOCKER = `sed -n 's/^time="\\([^"]*\\)".*Daemon has completed initialization.*/\\1/p' /var/log/system-docker.log | head -n 1`;

/** Boots a machine several times and measures when it becomes useful. */
export async function measureBoots(options: BootBenchOptions): Promise<BootFigures> {
  const samples: Awaited<ReturnType<typeof bootOnce>>[] = [];
  for (let run = 0; run < options.runs; run++) samples.push(await bootOnce(options));
  const middle = (pick: (sample: (typeof samples)[number]) => number): number => median(samples.map(pick));
  return {
    path: options.path,
    memoryMiB: options.machine.memoryMiB,
    accelerator: options.accelerator,
    runs: options.runs,
    systemDockerSeconds: middle((sample) => sample.systemDocker),
    loginSeconds: middle((sample) => sample.login),
    firstContainerSeconds: middle((sample) => sample.firstContainer),
    availableMiB: middle((sample) => sample.availableMiB),
  };
}

async function bootOnce({ machine, toolRoot, accelerator, signal }: BootBenchOptions): Promise<{
  readonly systemDocker: number;
  readonly login: number;
  readonly firstContainer: number;
  readonly availableMiB: number;
}> {
  const running = await startMachine(machine, { toolRoot, accelerator, signal });
  try {
    const shell = await ConsoleShell.open(running.console, LIMIT);
    const login = running.console.seconds;
    const [line, time, memory] = (await shell.output(FIRST_CONTAINER, LIMIT)).trim().split('\n');
    if (line !== 'first') throw running.console.failure('the first container did not print its line');
    // The guest's clock against ours, half of the way there and back taken off.
    const before = running.console.seconds;
    const guestNow = Number(await shell.output('date +%s.%N', LIMIT));
    const powerOn = guestNow - (before + running.console.seconds) / 2;
    const ready = Date.parse((await shell.output(SYSTEM_DOCKER, LIMIT)).trim());
    return {
      login,
      systemDocker: ready / 1000 - powerOn,
      firstContainer: Number(time) - powerOn,
      availableMiB: Number(/\d+/.exec(memory ?? '')?.[0]) / 1024,
    };
  } finally {
    await running.stop();
  }
}
