import { type Command, Failure, type Result, type System } from './system.ts';

/** Runs one command and waits for it. */
export function run(system: System, argv: readonly string[], options: Omit<Command, 'argv'> = {}): Result {
  return system.runAll([{ argv, ...options }])[0] ?? { status: 127, stdout: '' };
}

/** Runs one command that must succeed and returns its output; otherwise fails with its last lines. */
export function must(system: System, argv: readonly string[], options: Omit<Command, 'argv'> = {}): string {
  const { status, stdout } = run(system, argv, { withErrors: true, ...options });
  if (status === 0) return stdout;
  const words = stdout.trim().split('\n').slice(-3).join(' · ');
  throw new Failure(`${argv[0]} failed with status ${status}${words === '' ? '' : `: ${words}`}`);
}
