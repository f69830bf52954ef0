import * as messages from '../../../pipeline/recipes/messages.ts';
import { messageTests } from '../../rig/messages.ts';

const LOCK = { file: 'targets/packages.lock.json' };
const hint = 'Name it in targets/packages.yaml, then run `npm run pins -- update`.';

messageTests('pipeline/recipes/messages.ts', messages, {
  packageNotInSet: [[['base', 'amd64', 'curl'], { kind: 'configuration', message: 'The package set "base" for amd64 has no package curl.', place: LOCK, hint }]],
  kernelNotInSet: [
    [
      ['kernel-debian', 'arm64', 'linux-image-'],
      { kind: 'configuration', message: 'The package set "kernel-debian" for arm64 has no package whose name begins with linux-image-.', place: LOCK, hint },
    ],
  ],
  effectNotBroughtAbout: [
    [
      ['shells'],
      {
        kind: 'configuration',
        message: 'The effect "shells" is acknowledged, but nothing brings it about.',
        place: { file: 'targets/scripts.yaml' },
        hint: 'Make it (an overlay, an effect of the layer writer, a step) and name it in pipeline/recipes/effects.ts.',
      },
    ],
  ],
});
