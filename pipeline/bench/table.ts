import type { BootFigures } from './boot-figures.ts';
import type { BuildFigures } from './build-figures.ts';

export interface Figures {
  readonly build?: BuildFigures | undefined;
  readonly boots: readonly BootFigures[];
}

interface Row {
  readonly name: string;
  readonly value: string;
  /** What we want to reach, and whether it is reached. */
  readonly goal?: { readonly text: string; readonly reached: boolean };
}

const GOALS = {
  coldSeconds: 90,
  noChangeSeconds: 1,
  overlaySeconds: 20,
  isoBytes: 130e6,
  furtherSeconds: 15,
  allSeconds: 600,
  peakBytes: 2 * 2 ** 30,
  writtenPerShipped: 3,
} as const;

/** The figures as lines of a table. */
export function figuresTable({ build, boots }: Figures): readonly string[] {
  const rows = [...(build ? buildRows(build) : []), ...boots.flatMap(bootRows)];
  const width = Math.max(...rows.map((row) => row.name.length), 0);
  const valueWidth = Math.max(...rows.map((row) => row.value.length), 0);
  return rows.map(({ name, value, goal }) => {
    const line = `${name.padEnd(width)}  ${value.padStart(valueWidth)}`;
    return goal ? `${line}  ${goal.reached ? '✔' : '✖'} wanted: ${goal.text}` : line;
  });
}

function buildRows(build: BuildFigures): Row[] {
  return [
    {
      name: 'cold build, inputs fetched',
      value: seconds(build.coldSeconds),
      goal: atMost(build.coldSeconds, GOALS.coldSeconds),
    },
    {
      name: 'no-change build',
      value: seconds(build.noChangeSeconds),
      goal: atMost(build.noChangeSeconds, GOALS.noChangeSeconds),
    },
    {
      name: 'build after one overlay file',
      value: seconds(build.overlaySeconds),
      goal: atMost(build.overlaySeconds, GOALS.overlaySeconds),
    },
    { name: 'peak memory of the cold build', value: megabytes(build.coldPeakBytes) },
    { name: 'peak memory of the no-change build', value: megabytes(build.noChangePeakBytes) },
    ...furtherRows(build),
    ...build.layers.map(({ name, bytes }) => ({ name, value: megabytes(bytes) })),
    ...build.files.map(({ name, bytes }) => ({
      name,
      value: megabytes(bytes),
      ...(name === 'rancheros.iso'
        ? { goal: { text: `at most ${megabytes(GOALS.isoBytes)}`, reached: bytes <= GOALS.isoBytes } }
        : {}),
    })),
  ];
}

function furtherRows(build: BuildFigures): Row[] {
  if (build.further.length === 0) return [];
  const all = build.further.reduce((sum, each) => sum + each.seconds, build.coldSeconds);
  const peak = Math.max(build.coldPeakBytes, ...build.further.map(({ peakBytes }) => peakBytes));
  const ratio = build.writtenBytes / build.shippedBytes;
  return [
    ...build.further.map(({ target, arch, seconds: value }) => ({
      name: `further target ${target}`,
      value: seconds(value),
      // Another processor shares next to nothing.
      ...(arch === 'amd64' ? { goal: atMost(value, GOALS.furtherSeconds) } : {}),
    })),
    { name: 'all targets, inputs fetched', value: seconds(all), goal: atMost(all, GOALS.allSeconds) },
    {
      name: 'peak memory of all targets',
      value: megabytes(peak),
      goal: { text: `at most ${megabytes(GOALS.peakBytes)}`, reached: peak <= GOALS.peakBytes },
    },
    { name: 'bytes shipped by all targets', value: megabytes(build.shippedBytes) },
    {
      name: 'bytes written for them, store and dist',
      value: megabytes(build.writtenBytes),
      goal: {
        text: `at most ${GOALS.writtenPerShipped} times the bytes shipped (${ratio.toFixed(1)})`,
        reached: ratio <= GOALS.writtenPerShipped,
      },
    },
  ];
}

function bootRows(boot: BootFigures): Row[] {
  const place = `${boot.path}, ${boot.memoryMiB} MiB, ${boot.accelerator}`;
  return [
    ...(boot.systemDockerSeconds === undefined
      ? []
      : [{ name: `System Docker ready (${place})`, value: seconds(boot.systemDockerSeconds) }]),
    { name: `login on the console (${place})`, value: seconds(boot.loginSeconds) },
    { name: `user Docker ready (${place})`, value: seconds(boot.userDockerSeconds) },
    { name: `first user container (${place})`, value: seconds(boot.firstContainerSeconds) },
    { name: `memory available then (${place})`, value: `${boot.availableMiB.toFixed(0)} MiB` },
    { name: `memory used then (${place})`, value: `${boot.usedMiB.toFixed(0)} MiB` },
  ];
}

function atMost(value: number, goal: number): { readonly text: string; readonly reached: boolean } {
  return { text: `at most ${goal} s`, reached: value <= goal };
}

function seconds(value: number): string {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(1)} s`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e6 ? 3 : 1)} MB`;
}
