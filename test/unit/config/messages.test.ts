import * as messages from '../../../pipeline/config/messages.ts';
import { messageTests } from '../../rig/messages.ts';

const PLACE = { file: 'targets/a.yaml', line: 3, column: 5 };
const BEGIN = { file: 'site.yml', line: 1, column: 1 };
const kind = 'configuration';

messageTests('pipeline/config/messages.ts', messages, {
  fileTooLarge: [[['a.yaml', 300, 256], { kind, message: 'The file has 300 bytes; more than 256 are not read.', place: { file: 'a.yaml' }, hint: 'Split it.' }]],
  notAFile: [
    [['a.yaml', true], { kind, message: 'This is a directory and not a file.', place: { file: 'a.yaml' }, hint: 'Put a file of this name there.' }],
    [['a.yaml', false], { kind, message: 'This is not a file.', place: { file: 'a.yaml' }, hint: 'Put a file of this name there.' }],
  ],
  fileUnreadable: [
    [
      ['a.yaml', 'ENOENT: no such file'],
      {
        kind,
        message: 'The file cannot be read.',
        place: { file: 'a.yaml' },
        evidence: 'ENOENT: no such file',
        hint: 'Add it, or give this user the right to read it.',
      },
    ],
  ],
  keyTwice: [[[PLACE], { kind, message: 'The same key stands here twice.', place: PLACE, hint: 'Take one of the two out.' }]],
  notYaml: [[[PLACE, 'a bracket is missing'], { kind, message: 'This is not YAML: a bracket is missing.', place: PLACE, hint: 'Correct this line or the one above it.' }]],
  keyUnknown: [
    [
      [PLACE, 'pakages', { inside: [], known: ['name', 'packages'], near: 'packages' }],
      { kind, message: '"pakages" is not known at the top of the file.', place: PLACE, hint: 'Did you mean "packages"?' },
    ],
    [
      [PLACE, 'x', { inside: ['sets', 'base'], known: ['comment', 'purpose'], near: undefined }],
      { kind, message: '"x" is not known in "sets.base".', place: PLACE, hint: 'Known here: comment, purpose.' },
    ],
  ],
  keyMissing: [
    [[PLACE, 'name', []], { kind, message: 'The file lacks "name".', place: PLACE, hint: 'Add the key name.' }],
    [[PLACE, 'name', ['sets', 0]], { kind, message: 'Item 1 of "sets" lacks "name".', place: PLACE, hint: 'Add the key name.' }],
  ],
  typeWrong: [
    [[PLACE, ['size'], { wanted: 'a whole number', seen: 'large' }], { kind, message: '"size" must be a whole number, not "large".', place: PLACE, hint: 'Correct the value.' }],
    [[PLACE, [], { wanted: 'a mapping', seen: ['a'] }], { kind, message: 'The file must be a mapping, not a list.', place: PLACE, hint: 'Correct the value.' }],
    [[PLACE, ['a'], { wanted: 'a list', seen: {} }], { kind, message: '"a" must be a list, not a mapping.', place: PLACE, hint: 'Correct the value.' }],
    [[PLACE, ['a'], { wanted: 'a list', seen: null }], { kind, message: '"a" must be a list, not nothing.', place: PLACE, hint: 'Correct the value.' }],
    [[PLACE, ['a'], { wanted: 'text', seen: 1.5 }], { kind, message: '"a" must be text, not 1.5.', place: PLACE, hint: 'Correct the value.' }],
  ],
  valueNotAllowed: [
    [
      [PLACE, ['kind'], { allowed: ['tools', 'system'], seen: 'tool', near: 'tools' }],
      { kind, message: '"kind" must be one of tools, system, not "tool".', place: PLACE, hint: 'Did you mean "tools"?' },
    ],
    [[PLACE, ['kind'], { allowed: ['tools', 'system'], seen: 'x', near: undefined }], { kind, message: '"kind" must be one of tools, system, not "x".', place: PLACE, hint: 'Write one of these.' }],
  ],
  formWrong: [
    [[PLACE, 'A B', 'a name in small letters'], { kind, message: '"A B" is not a name in small letters.', place: PLACE, hint: 'Correct the value.' }],
    [[PLACE, 'x'.repeat(90), 'a name'], { kind, message: '"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…" is not a name.', place: PLACE, hint: 'Correct the value.' }],
  ],
  nameUnfit: [[[PLACE, 'a b', ['sets']], { kind, message: '"a b" is not a fit name in "sets".', place: PLACE, hint: 'Rename it.' }]],
  valueEmpty: [[[PLACE, ['packages']], { kind, message: '"packages" must not be empty.', place: PLACE, hint: 'Give it a value, or take the key out.' }]],
  itemTwice: [[[PLACE, ['packages']], { kind, message: '"packages" names the same thing twice.', place: PLACE, hint: 'Take one of the two out.' }]],
  valueWrong: [[[PLACE, ['size'], 'a size in MiB'], { kind, message: '"size" is not a size in MiB.', place: PLACE, hint: 'Correct the value.' }]],
  cloudConfigUnreadable: [
    [
      ['site.yml', 'EACCES: permission denied'],
      {
        kind,
        message: 'The cloud-config to bake in cannot be read.',
        place: { file: 'site.yml' },
        evidence: 'EACCES: permission denied',
        hint: 'Name a file that this user may read with --cloud-config.',
      },
    ],
  ],
  cloudConfigTooLarge: [
    [
      ['site.yml', 2000000, 1048576],
      {
        kind,
        message: 'This file has 2000000 bytes; a machine reads no cloud-config of more than 1048576.',
        place: BEGIN,
        hint: 'Let the machine fetch large files itself, in runcmd.',
      },
    ],
  ],
  cloudConfigNotText: [[['site.yml'], { kind, message: 'This file is not text in UTF-8.', place: BEGIN, hint: 'Save it as UTF-8, without compression.' }]],
  cloudConfigEmpty: [[['site.yml'], { kind, message: 'Nothing stands in this cloud-config.', place: BEGIN, hint: 'Leave out --cloud-config to build without one.' }]],
  scriptForCloudConfig: [[['site.yml'], { kind, message: 'This is a script, and only a cloud-config can be baked in.', place: BEGIN, hint: 'Name its commands in runcmd.' }]],
  composeFileForCloudConfig: [[['site.yml'], { kind, message: 'This is a Compose file, and only a cloud-config can be baked in.', place: BEGIN, hint: 'Put its services below rancher.services.' }]],
  foreignUserData: [
    [['site.yml', { message: 'This is user-data of several parts.' }], { kind, message: 'This is user-data of several parts.', place: BEGIN, hint: 'Only a cloud-config can be baked in.' }],
  ],
  cloudConfigMistake: [
    [[PLACE, { message: 'debug must be true or false; it is left out.', hint: 'Write true.' }], { kind, message: 'debug must be true or false.', place: PLACE, hint: 'Write true.' }],
    [[PLACE, { message: 'hostnam is not known and has no effect.', hint: 'Did you mean hostname?' }], { kind, message: 'hostnam is not known.', place: PLACE, hint: 'Did you mean hostname?' }],
  ],
  serviceWithoutScope: [
    [[PLACE, 'hello'], { kind, message: 'The service "hello" has no label io.rancher.os.scope.', place: PLACE, hint: 'Say "system", or "user" for a container of the user\'s Docker.' }],
  ],
  noSuchService: [
    [[PLACE, 'netwrok', 'network'], { kind, message: 'There is no service "netwrok".', place: PLACE, hint: 'Did you mean "network"?' }],
    [[PLACE, 'x', undefined], { kind, message: 'There is no service "x".', place: PLACE, hint: 'Name a service that is defined below overlays/.' }],
  ],
  serviceNameTaken: [
    [
      [PLACE, 'network', 'overlays/system/usr/share/ros/os-config.yml'],
      {
        kind: 'configuration',
        message: 'The service "network" exists already, in overlays/system/usr/share/ros/os-config.yml.',
        place: PLACE,
        hint: 'Give it another name.',
      },
    ],
  ],
  noSuchImage: [
    [
      [PLACE, 'rancher/os-bsae:${VERSION}', ['rancher/os-base:${VERSION}']],
      { kind, message: 'The release has no image "rancher/os-bsae:${VERSION}".', place: PLACE, hint: 'It has: rancher/os-base:${VERSION}.' },
    ],
  ],
  noSuchScript: [
    [
      [PLACE, '/usr/lib/ros/services/hello', 'overlays/system/usr/lib/ros/services/hello'],
      { kind, message: 'There is no script /usr/lib/ros/services/hello.', place: PLACE, hint: 'Write overlays/system/usr/lib/ros/services/hello.' },
    ],
  ],
  scriptNotExecutable: [
    [
      ['overlays/system/usr/lib/ros/services/hello'],
      {
        kind,
        message: 'This script of a service is not executable.',
        place: { file: 'overlays/system/usr/lib/ros/services/hello' },
        hint: 'Run `chmod +x overlays/system/usr/lib/ros/services/hello`.',
      },
    ],
  ],
  servicesInCircle: [
    [
      [PLACE, ['hello', 'other', 'hello']],
      { kind, message: 'The services "hello" after "other" after "hello" wait for each other.', place: PLACE, hint: 'Take one of them out of io.rancher.os.after or io.rancher.os.before of another.' },
    ],
  ],
});
