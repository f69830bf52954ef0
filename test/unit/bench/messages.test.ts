import * as messages from '../../../pipeline/bench/messages.ts';
import { messageTests } from '../../rig/messages.ts';

messageTests('pipeline/bench/messages.ts', messages, {
  commandFailed: [
    [[['npm', 'run', 'build'], 3, 'no room'], { kind: 'step', message: 'The command `npm run build` ended with 3.', evidence: 'no room', hint: 'Make this command work by itself first.' }],
  ],
  commandStopped: [[[['npm', 'run', 'build']], { kind: 'interrupted', message: 'The command `npm run build` was stopped.' }]],
  firstContainerSilent: [
    [
      ['[ 9.1] docker: no'],
      {
        kind: 'step',
        message: 'The first container of the machine did not print its line.',
        evidence: '[ 9.1] docker: no',
        hint: 'Start the machine with `npm run boot`, and see what Docker says there.',
      },
    ],
  ],
});
