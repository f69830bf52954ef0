import type { Failure } from '../core/failure.ts';

/** `evidence` is the end of what it said. */
export function commandFailed(argv: readonly string[], code: number, evidence: string): Failure {
  return {
    kind: 'step',
    message: `The command \`${argv.join(' ')}\` ended with ${code}.`,
    evidence,
    hint: 'Make this command work by itself first.',
  };
}

export function commandStopped(argv: readonly string[]): Failure {
  return { kind: 'interrupted', message: `The command \`${argv.join(' ')}\` was stopped.` };
}

/** `evidence` is the end of the console. */
export function firstContainerSilent(evidence: string): Failure {
  return {
    kind: 'step',
    message: 'The first container of the machine did not print its line.',
    evidence,
    hint: 'Start the machine with `npm run boot`, and see what Docker says there.',
  };
}
