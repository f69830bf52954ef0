import { isTree } from '../config/merge.ts';
import type { Problem } from '../config/problem.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import type { Kind } from './save-configuration.ts';

const FILE = '/run/ros/cloud-init.json';
/** Programs that need the whole configuration wait for this file. */
export const DONE = '/run/ros/cloud-init-done';

/** How the datasources of this start were asked. Nothing in it is secret. */
export interface Status {
  /** The one that gave the configuration; none when nothing answered. */
  readonly datasource?: string;
  /** The kind of its user-data. */
  readonly userData?: Kind;
  readonly seconds: number;
  /** Where it answered late: seconds since the machine was switched on. */
  readonly afterSeconds?: number;
  /** The result that an earlier start saved is in force. */
  readonly isOfEarlierStart: boolean;
  readonly sources: readonly { readonly name: string; readonly state: string; readonly reason?: string }[];
  readonly problems: readonly string[];
  /** Names of the sources that the service cloud-init goes on asking. */
  readonly asking: readonly string[];
  /** When the network was first seen while it went on asking, in milliseconds of the clock that never jumps. */
  readonly networkSince?: number;
}

export function writeStatus(system: System, status: Status): void {
  run(system, ['mkdir', '-p', '/run/ros']);
  system.writeText(FILE, `${JSON.stringify(status, undefined, 2)}\n`);
}

export function readStatus(system: System): Status | undefined {
  const text = system.readText(FILE);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isTree(value) ? ({ asking: [], ...value } as unknown as Status) : undefined;
  } catch {
    return undefined;
  }
}

/** Messages for `ros config validate --all` beside those about files in force. */
export function datasourceProblems(system: System): readonly Problem[] {
  return (readStatus(system)?.problems ?? []).map((message) => ({
    file: FILE,
    line: 1,
    column: 1,
    path: [],
    severity: 'warning',
    message,
  }));
}
