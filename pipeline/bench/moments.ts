import { median } from './build-figures.ts';

/** Something that has happened in a start. */
export interface Moment {
  readonly name: string;
  /** After power-on. */
  readonly seconds: number;
}

/** What is looked for in a start. */
export const MOMENTS = {
  kernel: 'firmware and boot loader are done, the kernel is unpacked',
  init: 'the kernel runs /init',
  medium: 'the medium is found',
  systemDockerStarted: 'disks mounted, configuration read; System Docker is started',
  systemDocker: 'System Docker answers',
  services: 'all services run',
  prepared: 'commands and files of the configuration are done',
  dockerContainer: 'the container docker runs',
  dockerLoaded: "the user's dockerd has been loaded",
  docker: "the user's Docker is ready",
} as const;

/** Lines of the kernel's log (its clock stands before them) by what has happened then. */
const KERNEL_LINES: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/Run \/init as init process/, MOMENTS.init],
  [/init: layers are on/, MOMENTS.medium],
  [/ros: PID 1 becomes System Docker/, MOMENTS.systemDockerStarted],
  [/ros: System Docker is ready/, MOMENTS.systemDocker],
  [/ros: RancherOS \S+ started/, MOMENTS.services],
  [/ros: the console is prepared/, MOMENTS.prepared],
];

/**
 * Prints what `readMoments` reads, in a shell of RancherOS: the machine's time and how long its kernel runs, the kernel's log, and when
 * containers and the user's dockerd were started.
 */
export const MOMENTS_COMMAND = `echo "now $(date +%s.%N) $(cut -d' ' -f1 /proc/uptime)"
sudo dmesg
sudo system-docker inspect --format 'container {{.Name}} {{.State.StartedAt}}' docker console network
sudo system-docker logs docker 2>&1 | sed -n 's/^time="\\([^"]*\\)".*msg="\\(Starting up\\|Daemon has completed initialization\\)".*/dockerd \\1 \\2/p'`;

/** The moments of a start, the first one first. `powerOn` is a time of the guest's clock, in seconds. */
export function readMoments(text: string, powerOn: number): readonly Moment[] {
  const [, now = '', uptime = ''] = /^now (\S+) (\S+)$/m.exec(text) ?? [];
  const kernel = Number(now) - Number(uptime) - powerOn;
  const moments: Moment[] = [{ name: MOMENTS.kernel, seconds: kernel }];
  const since = (time: string): number => Date.parse(time) / 1000 - powerOn;
  for (const line of text.split('\n')) {
    const logged = /^\[ *(\d+\.\d+)\] /.exec(line);
    const known = KERNEL_LINES.find(([pattern]) => logged !== null && pattern.test(line));
    if (known !== undefined) moments.push({ name: known[1], seconds: kernel + Number(logged?.[1]) });
    const [, container, started = ''] = /^container \/(\S+) (\S+)$/.exec(line) ?? [];
    if (container !== undefined) moments.push({ name: `the container ${container} runs`, seconds: since(started) });
    const [, time = '', what] = /^dockerd (\S+) (.*)$/.exec(line) ?? [];
    if (what !== undefined) {
      const name = what === 'Starting up' ? MOMENTS.dockerLoaded : MOMENTS.docker;
      moments.push({ name, seconds: since(time) });
    }
  }
  const first = moments.filter(({ name }, index) => moments.findIndex((other) => other.name === name) === index);
  return first.sort((one, other) => one.seconds - other.seconds);
}

/** The median of each moment over several starts, in the order of time. */
export function medianMoments(starts: readonly (readonly Moment[])[]): readonly Moment[] {
  const names = [...new Set(starts.flatMap((start) => start.map(({ name }) => name)))];
  return names
    .map((name) => ({
      name,
      seconds: median(starts.flatMap((start) => start.find((moment) => moment.name === name)?.seconds ?? [])),
    }))
    .sort((one, other) => one.seconds - other.seconds);
}

/** Where every second goes, as lines: when something had happened, and how long after what stands before it. */
export function momentsTable(moments: readonly Moment[]): readonly string[] {
  const rows = moments.map(({ name, seconds }, index) => {
    const step = seconds - (moments[index - 1]?.seconds ?? 0);
    return `${seconds.toFixed(1).padStart(6)} s  ${`+${step.toFixed(1)}`.padStart(6)} s  ${name}`;
  });
  return rows.length === 0 ? [] : ['where every second goes (after power-on, and after the line before)', ...rows];
}
