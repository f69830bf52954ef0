import type { Failure } from '../core/failure.ts';
import type { BuildDifference } from './difference.ts';

/** `evidence` is the end of what it said. */
export function buildFailed(end: number | string, evidence: string): Failure {
  return {
    kind: 'step',
    message: `A build ended with ${end}, so there is nothing to compare.`,
    evidence,
    hint: 'Make `npm run build` work by itself first.',
  };
}

export function stopped(): Failure {
  return { kind: 'interrupted', message: 'The builds were stopped.' };
}

export function manifestUnreadable(file: string): Failure {
  return {
    kind: 'wrong-bytes',
    message: 'The manifest that a build wrote cannot be read.',
    place: { file },
    hint: 'Report it: this is a bug of the pipeline.',
  };
}

/** A step or a file that two builds did not make the same. `around` says what was different between them. */
export function notReproduced(difference: BuildDifference, around: string): Failure {
  const { kind, name, where, parts } = difference;
  const what = kind === 'step' ? `The step "${name}" gave other bytes from the same inputs` : `${name} differs`;
  return {
    kind: 'wrong-bytes',
    message: `${what} in a second build, ${where}.`,
    evidence: [
      `what was different: ${around}`,
      ...(parts.length > 0 ? [`what differs in it: ${parts.join(', ')}`] : []),
    ].join('\n'),
    hint:
      kind === 'step'
        ? 'Look for a clock, an address, a name of a directory or an order of a listing in what this step runs.'
        : 'The steps named before it made the difference; where none is named, two of its inputs differ.',
  };
}
