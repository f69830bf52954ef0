import * as messages from '../../../../pipeline/steps/firmware-check/messages.ts';
import { messageTests } from '../../../rig/messages.ts';

messageTests('pipeline/steps/firmware-check/messages.ts', messages, {
  firmwareNotShipped: [
    [
      ['iwlwifi', 'iwlwifi-1.ucode'],
      {
        kind: 'configuration',
        message: 'The module iwlwifi asks for the firmware iwlwifi-1.ucode, which is not shipped.',
        hint: 'Take it under `firmware` of the list in kernel-configs/, or say under `withoutFirmware` why it is left out.',
      },
    ],
  ],
  firmwareLeftOutForNothing: [
    [
      ['iwlwifi-*'],
      {
        kind: 'configuration',
        message: '`withoutFirmware` names "iwlwifi-*", which is shipped, or which no module asks for.',
        hint: 'Remove the entry from the list in kernel-configs/.',
      },
    ],
  ],
});
