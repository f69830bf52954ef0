import * as messages from '../../../pipeline/core/messages.ts';
import { messageTests } from '../../rig/messages.ts';

messageTests('pipeline/core/messages.ts', messages, {
  interrupted: [[[], { kind: 'interrupted', message: 'Stopped. What was finished is kept; the same command goes on from there.' }]],
});
