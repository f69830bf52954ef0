import type { Failure } from '../../core/failure.ts';
import { quoted } from '../../core/quoted.ts';

export function firmwareNotShipped(module: string, firmware: string): Failure {
  return {
    kind: 'configuration',
    message: `The module ${module} asks for the firmware ${firmware}, which is not shipped.`,
    hint: 'Take it under `firmware` of the list in kernel-configs/, or say under `withoutFirmware` why it is left out.',
  };
}

export function firmwareLeftOutForNothing(pattern: string): Failure {
  return {
    kind: 'configuration',
    message: `\`withoutFirmware\` names ${quoted(pattern)}, which is shipped, or which no module asks for.`,
    hint: 'Remove the entry from the list in kernel-configs/.',
  };
}
