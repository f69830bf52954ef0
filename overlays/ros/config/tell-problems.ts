import { alarm, note } from '../runtime/kernel-log.ts';
import type { System } from '../runtime/system.ts';
import { type Problem, problemForConsole, problemForLog } from './problem.ts';

/** Says at a start what is wrong with a configuration: on the console how much it is, and the first of it whole; in the log where each is. */
export function tellProblems(system: System, whose: string, problems: readonly Problem[]): void {
  for (const problem of problems) note(system, problemForLog(problem));
  const [first] = problems;
  if (first === undefined) return;
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  alarm(system, `${whose} has ${count}; “sudo ros config validate --all” shows where.`);
  alarm(system, problemForConsole(first));
}
