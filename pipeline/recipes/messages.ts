import type { Failure } from '../core/failure.ts';
import { quoted } from '../core/quoted.ts';
import type { Arch } from '../core/step.ts';

const LOCK = { file: 'targets/packages.lock.json' };
const ADD_PACKAGE = 'Name it in targets/packages.yaml, then run `npm run pins -- update`.';

export function packageNotInSet(set: string, arch: Arch, name: string): Failure {
  return {
    kind: 'configuration',
    message: `The package set ${quoted(set)} for ${arch} has no package ${name}.`,
    place: LOCK,
    hint: ADD_PACKAGE,
  };
}

export function kernelNotInSet(set: string, arch: Arch, prefix: string): Failure {
  return {
    kind: 'configuration',
    message: `The package set ${quoted(set)} for ${arch} has no package whose name begins with ${prefix}.`,
    place: LOCK,
    hint: ADD_PACKAGE,
  };
}

export function effectNotBroughtAbout(effect: string): Failure {
  return {
    kind: 'configuration',
    message: `The effect ${quoted(effect)} is acknowledged, but nothing brings it about.`,
    place: { file: 'targets/scripts.yaml' },
    hint: 'Make it (an overlay, an effect of the layer writer, a step) and name it in pipeline/recipes/effects.ts.',
  };
}
