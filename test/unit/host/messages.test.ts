import * as messages from '../../../pipeline/host/messages.ts';
import { messageTests } from '../../rig/messages.ts';

const IMAGE = { file: '/roots/tools' };
const CHECK_SETS = 'Check the package sets in targets/packages.yaml, then run the same command again.';
const REFUSED = { directory: '/var/store', evidence: 'what the system says', remedy: 'move-releases' } as const;
const SAID = { place: { file: '/var/store' }, evidence: 'what the system says' };
const FREE_SPACE = 'Free some space, then run the same command again: nothing half-written was kept.';

messageTests('pipeline/host/messages.ts', messages, {
  noDynamicLoader: [[['/roots/tools'], { kind: 'no-executor', message: 'The tool image has no dynamic loader.', place: IMAGE, hint: CHECK_SETS }]],
  noProgram: [[['/roots/tools', 'mkfs.fat'], { kind: 'no-executor', message: 'The tool image has no program mkfs.fat.', place: IMAGE, hint: CHECK_SETS }]],
  programIsLoop: [[['/roots/tools', 'awk'], { kind: 'step', message: 'The program awk of the tool image is a loop of links.', place: IMAGE, hint: CHECK_SETS }]],
  diskFull: [[[REFUSED], { kind: 'disk', message: 'The disk is full.', ...SAID, hint: FREE_SPACE, remedy: 'clean-store' }]],
  quotaUsedUp: [[[REFUSED], { kind: 'disk', message: 'The disk quota is used up.', ...SAID, hint: FREE_SPACE, remedy: 'clean-store' }]],
  fileTooLarge: [
    [
      [REFUSED],
      {
        kind: 'disk',
        message: 'A file would be larger than this user or file system allows.',
        ...SAID,
        hint: 'Raise `ulimit -f`, or use another directory.',
        remedy: 'move-releases',
      },
    ],
  ],
  fileInPlaceOfDirectory: [[[REFUSED], { kind: 'usage', message: 'A file exists where a directory is needed.', ...SAID, hint: 'Remove it, or use another directory.', remedy: 'move-releases' }]],
  directoryCannotBeMade: [[[REFUSED], { kind: 'usage', message: 'No directory can be made there.', ...SAID, hint: 'Use another directory.', remedy: 'move-releases' }]],
  readOnlyFileSystem: [[[REFUSED], { kind: 'disk', message: 'The file system is read-only.', ...SAID, hint: 'Use a writable directory.', remedy: 'move-releases' }]],
  writingForbidden: [
    [
      [REFUSED],
      {
        kind: 'disk',
        message: 'This user may not write to the directory.',
        ...SAID,
        hint: 'Change its owner, or use a directory of your own.',
        remedy: 'move-releases',
      },
    ],
  ],
});
