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

const GOALS = { coldSeconds: 90, noChangeSeconds: 1, overlaySeconds: 20, isoBytes: 130e6 } as const;

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
