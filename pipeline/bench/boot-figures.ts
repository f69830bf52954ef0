import { BuildError } from '../core/failure.ts';
import type { Accelerator } from '../emulator/accelerator.ts';
import type { Machine } from '../emulator/machine.ts';
import { startMachine } from '../emulator/running-machine.ts';
import { ConsoleShell } from '../emulator/shell.ts';
import { median } from './build-figures.ts';
import { firstContainerSilent } from './messages.ts';
import { MOMENTS_COMMAND, type Moment, medianMoments, readMoments } from './moments.ts';

/** Seconds after power-on, each the median of the runs. */
export interface BootFigures {
  readonly path: string;
  readonly memoryMiB: number;
  readonly accelerator: Accelerator;
  readonly runs: number;
  /** Only where there is a System Docker. */
  readonly systemDockerSeconds?: number;
  readonly loginSeconds: number;
  /** When the user's Docker has started completely, in its own words. */
  readonly userDockerSeconds: number;
  readonly firstContainerSeconds: number;
  /** Memory that is neither used nor needed, after the first container (`MemAvailable`). */
  readonly availableMiB: number;
  /** The rest of what the kernel manages (`MemTotal` without `MemAvailable`). */
  readonly usedMiB: number;
  /** Only of RancherOS. */
  readonly moments?: readonly Moment[];
}

/** Commands that print the log of a daemon in Docker's own format. */
export interface DockerLogs {
  readonly systemDocker?: string;
  readonly userDocker: string;
}

export const RANCHEROS_LOGS: DockerLogs = {
  systemDocker: 'cat /var/log/system-docker.log',
  userDocker: 'sudo system-docker logs docker 2>&1',
};

export interface BootBenchOptions {
  readonly path: string;
  readonly machine: Machine;
  readonly logs: DockerLogs;
  readonly runs: number;
  readonly toolRoot: string;
  readonly accelerator: Accelerator;
  readonly signal: AbortSignal;
}

const LIMIT = { deadlineSeconds: 300 };

/** As soon as the user's Docker answers: makes an image out of the machine's busybox, runs it, and tells when its line came. */
const FIRST_CONTAINER = `d=$(mktemp -d); mkdir $d/bin; cp "$(command -v busybox)" $d/bin/busybox; ln -s busybox $d/bin/sh; ln -s busybox $d/bin/echo
until docker version >/dev/null 2>&1; do sleep 0.1; done
tar -C $d -c . | docker import - bench:1 >/dev/null && docker run --rm bench:1 echo first && date +%s.%N && sed -n 's/^Mem\\(Total\\|Available\\): *\\([0-9]*\\).*/\\2/p' /proc/meminfo`;

/** When a daemon had started, in its own words and the guest's time; Docker gives them to the nanosecond. */
const started = (log: string): string =>
  `${log} | sed -n 's/^.*time="\\([^"]*\\)".*Daemon has completed initialization.*/\\1/p' | head -n 1`;

/** Boots a machine several times and measures when it becomes useful. */
export async function measureBoots(options: BootBenchOptions): Promise<BootFigures> {
  const samples: Sample[] = [];
  for (let run = 0; run < options.runs; run++) samples.push(await bootOnce(options));
  return {
    ...medians(samples),
    path: options.path,
    memoryMiB: options.machine.memoryMiB,
    accelerator: options.accelerator,
    runs: options.runs,
  };
}

/** Several measurements of one machine as one. */
export function medianBoot(boots: readonly BootFigures[]): BootFigures {
  const [first] = boots;
  if (!first) throw new RangeError('a median of no boots');
  return { ...first, ...medians(boots), runs: boots.reduce((sum, { runs }) => sum + runs, 0) };
}

type Sample = Omit<BootFigures, 'path' | 'memoryMiB' | 'accelerator' | 'runs'>;

function medians(samples: readonly Sample[]): Sample {
  const middle = (pick: (sample: Sample) => number): number => median(samples.map(pick));
  const systemDocker = samples.flatMap(({ systemDockerSeconds }) => systemDockerSeconds ?? []);
  return {
    ...(systemDocker.length > 0 ? { systemDockerSeconds: median(systemDocker) } : {}),
    loginSeconds: middle((sample) => sample.loginSeconds),
    userDockerSeconds: middle((sample) => sample.userDockerSeconds),
    firstContainerSeconds: middle((sample) => sample.firstContainerSeconds),
    availableMiB: middle((sample) => sample.availableMiB),
    usedMiB: middle((sample) => sample.usedMiB),
    moments: medianMoments(samples.flatMap(({ moments }) => (moments === undefined ? [] : [moments]))),
  };
}

async function bootOnce({ machine, toolRoot, accelerator, signal, logs }: BootBenchOptions): Promise<Sample> {
  const running = await startMachine(machine, { toolRoot, accelerator, signal });
  try {
    const shell = await ConsoleShell.open(running.console, LIMIT);
    const loginSeconds = running.console.seconds;
    const [line, time, total, available] = (await shell.output(FIRST_CONTAINER, LIMIT)).trim().split('\n');
    if (line !== 'first') throw new BuildError(firstContainerSilent(running.console.tail()));
    // The guest's clock against ours, half of the way there and back taken off.
    const before = running.console.seconds;
    const guestNow = Number(await shell.output('date +%s.%N', LIMIT));
    const powerOn = guestNow - (before + running.console.seconds) / 2;
    const sincePowerOn = async (log: string): Promise<number> =>
      Date.parse((await shell.output(started(log), LIMIT)).trim()) / 1000 - powerOn;
    const availableMiB = Number(available) / 1024;
    return {
      loginSeconds,
      ...(logs.systemDocker === undefined ? {} : { systemDockerSeconds: await sincePowerOn(logs.systemDocker) }),
      userDockerSeconds: await sincePowerOn(logs.userDocker),
      firstContainerSeconds: Number(time) - powerOn,
      availableMiB,
      usedMiB: Number(total) / 1024 - availableMiB,
      ...(logs.systemDocker === undefined
        ? {}
        : { moments: readMoments(await shell.output(MOMENTS_COMMAND, LIMIT), powerOn) }),
    };
  } finally {
    await running.stop();
  }
}
