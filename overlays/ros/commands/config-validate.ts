import { MAX_BYTES } from '../config/document.ts';
import { type Problem, problemText } from '../config/problem.ts';
import { readCloudConfig } from '../config/read.ts';
import { loadConfig } from '../config/sources.ts';
import { readUserData } from '../config/user-data.ts';
import { datasourceProblems } from '../datasources/status.ts';
import { networkProblems } from '../network/problems.ts';
import type { System } from '../runtime/system.ts';
import { textOf } from './config-input.ts';
import { type Options, UsageError } from './config-options.ts';

/** `ros config validate`: reports problems and their places. Fails for an error, not for warnings. */
export function validate(system: System, { words, flags, values }: Options): number {
  if (words.length > 0) throw new UsageError('validate takes no words; name the file with -i.');
  const problems = flags.has('all')
    ? [...loadConfig(system).problems, ...datasourceProblems(system), ...networkProblems(system)]
    : problemsOf(system, values.get('input') ?? '-');
  if (flags.has('json')) system.print(JSON.stringify(problems, undefined, 2));
  else for (const problem of problems) system.print(problemText(problem));
  return problems.some(({ severity }) => severity === 'error') ? 1 : 0;
}

function problemsOf(system: System, input: string): readonly Problem[] {
  const file = input === '-' ? 'standard input' : input;
  const text = input === '-' ? system.readInput(MAX_BYTES) : textOf(system, input);
  // A file with a first line that names its kind may be any user-data; every other file is a cloud-config.
  const userData = readUserData(text, file);
  if (userData.kind === 'compose') return userData.problems;
  if (userData.kind === 'refused' && userData.isForeign) return [userData.problem];
  return userData.kind === 'script' ? [] : readCloudConfig(text, file).problems;
}
