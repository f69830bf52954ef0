import { alarm, note } from '../runtime/kernel-log.ts';
import type { System } from '../runtime/system.ts';
import { type Problem, problemForConsole, problemForLog } from './problem.ts';

/** Reports the problems of a configuration at a start: their number and the first one in full on the console, each with its place in the log. */
export function tellProblems(system: System, whose: string, problems: readonly Problem[]): void {
  for (const problem of problems) note(system, problemForLog(problem));
  const [first] = problems;
  if (first === undefined) return;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  alarm(system, `${whose} has ${count}; “sudo ros config validate --all” shows where.`);
  alarm(system, problemForConsole(first));
}
