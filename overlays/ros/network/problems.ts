import type { Problem } from '../config/problem.ts';
import type { System } from '../runtime/system.ts';

/** Problems of the network at the last check, as a list of sentences. */
const FILE = '/run/ros/network-problems.json';

/** The file is touched only where there is something to say, or was. */
export function keepProblems(system: System, sentences: readonly string[]): void {
  if (sentences.length === 0 && system.readText(FILE) === undefined) return;
  system.writeText(FILE, `${JSON.stringify(sentences, undefined, 2)}\n`);
}

export function keptProblems(system: System): readonly string[] {
  try {
    const value: unknown = JSON.parse(system.readText(FILE) ?? '[]');
    return Array.isArray(value) ? value.map(String) : [];
  } catch {
    return [];
  }
}

/** Messages for `ros config validate --all` about the network: only the machine shows which card an entry matches and whether a command works. */
export function networkProblems(system: System): readonly Problem[] {
  return keptProblems(system).map((message) => ({
    file: FILE,
    line: 1,
    column: 1,
    path: [],
    severity: 'warning',
    message,
  }));
}
