import * as messages from '../../../pipeline/cli/messages.ts';
import { messageTests } from '../../rig/messages.ts';

const STEPS = '`npm run plan -- TARGET --json` lists the steps of a target.';

messageTests('pipeline/cli/messages.ts', messages, {
  noSuchCommand: [
    [['biuld', ['build', 'gc'], 'build'], { kind: 'usage', message: 'There is no command "biuld".', hint: 'Did you mean "build"? Commands: build, gc.' }],
    [['x\u001b', ['build', 'gc'], undefined], { kind: 'usage', message: 'There is no command "x\\u001b".', hint: 'Commands: build, gc.' }],
  ],
  npmKeptOptions: [
    [
      [['--jobs', '--frozen'], 'npm run build -- --jobs 1 --frozen'],
      { kind: 'usage', message: 'npm kept --jobs, --frozen for itself: options of ours stand behind two dashes.', hint: 'Type: `npm run build -- --jobs 1 --frozen`.' },
    ],
  ],
  wordTooMany: [
    [['amd64', 0], { kind: 'usage', message: '"amd64" is a word that this command does not take.', hint: 'See --help.' }],
    [['v2.0.0', 1], { kind: 'usage', message: '"v2.0.0" is one word too many.', hint: 'See --help.' }],
  ],
  noSuchOption: [
    [['--dits', 'dist'], { kind: 'usage', message: 'There is no option --dits.', hint: 'Did you mean --dist? See --help.' }],
    [['--xyzzy', undefined], { kind: 'usage', message: 'There is no option --xyzzy.', hint: 'See --help.' }],
  ],
  optionTakesNoValue: [[['--json'], { kind: 'usage', message: 'The option --json takes no value.', hint: 'See --help.' }]],
  optionWantsValue: [[['--target'], { kind: 'usage', message: 'The option --target wants a value.', hint: 'See --help.' }]],
  optionInPlaceOfValue: [
    [['--days', '-1'], { kind: 'usage', message: 'The option --days wants a value, and "-1" looks like another option.', hint: 'If it is the value, write --days=-1. See --help.' }],
  ],
  optionValueEmpty: [[['--cache'], { kind: 'usage', message: 'The option --cache wants a value, and got an empty one.', hint: 'A variable that is not set leaves it empty. See --help.' }]],
  notAPattern: [
    [['--except', '(', 'Unterminated group'], { kind: 'usage', message: '--except takes a regular expression, and "(" is none.', hint: 'Mend it (Unterminated group), or quote it for the shell.' }],
  ],
  notAWholeNumber: [[['--jobs', '1.5', { from: 1, to: 999 }], { kind: 'usage', message: '--jobs takes a whole number, not "1.5".', hint: 'Give a number from 1 to 999.' }]],
  notASize: [
    [['--max-size', '10', { example: '10G' }], { kind: 'usage', message: '--max-size takes a size, not "10".', hint: 'Give a size such as 10G.' }],
    [['RANCHEROS_CACHE_MAX', 'much', { example: '20G', mayBeNone: true }], { kind: 'usage', message: 'RANCHEROS_CACHE_MAX takes a size, not "much".', hint: 'Give a size such as 20G, or none.' }],
  ],
  notAMirror: [[['--mirror', 'nonsense'], { kind: 'usage', message: '--mirror takes the address of a Debian mirror, not "nonsense".', hint: 'An address looks like http://mirror.example/debian.' }]],
  notARemoteCache: [
    [['--remote-cache', 'nonsense'], { kind: 'usage', message: '--remote-cache takes the address of an HTTP cache, not "nonsense".', hint: 'An address looks like https://cache.example/rancheros.' }],
  ],
  notAToken: [[['RANCHEROS_REMOTE_CACHE_TOKEN'], { kind: 'usage', message: 'RANCHEROS_REMOTE_CACHE_TOKEN holds blanks or control characters.', hint: 'A token is one word of printable characters.' }]],
  uploadWithoutCache: [[[], { kind: 'usage', message: '--remote-cache-upload fills a remote cache, and none was named.', hint: 'Add --remote-cache URL.' }]],
  optionsExclude: [
    [[['--vnc', '--headless']], { kind: 'usage', message: 'The options --vnc and --headless exclude each other.', hint: 'Choose one.' }],
    [[['--usb', '--kernel', '--installed']], { kind: 'usage', message: 'The options --usb, --kernel and --installed exclude each other.', hint: 'Choose one.' }],
  ],
  noSuchExecutor: [[['bogus', ['auto', 'none']], { kind: 'usage', message: 'There is no executor "bogus".', hint: 'Choose one of auto, none.' }]],
  noConfigToCheck: [[[], { kind: 'usage', message: '--strict-config checks a cloud-config, and none was given.', hint: 'Add --cloud-config FILE.' }]],
  noShellNamed: [[[['bash', 'zsh']], { kind: 'usage', message: 'No shell was named.', hint: 'Name one of bash, zsh: rancheros completion bash.' }]],
  noCompletionFor: [[['csh', ['bash', 'zsh']], { kind: 'usage', message: 'There is no completion for "csh".', hint: 'Name one of bash, zsh: rancheros completion bash.' }]],
  noPinsAction: [
    [[], { kind: 'usage', message: 'Say what to do with the pins.', hint: '`npm run pins -- update [--only PACKAGE… | --security]`, `npm run pins -- add PACKAGE…`, or `npm run pins -- check`.' }],
  ],
  noSuchPinsAction: [
    [
      ['updat', 'update'],
      {
        kind: 'usage',
        message: 'pins cannot "updat".',
        hint: 'Did you mean "update"? `npm run pins -- update [--only PACKAGE… | --security]`, `npm run pins -- add PACKAGE…`, or `npm run pins -- check`.',
      },
    ],
    [
      ['frob', undefined],
      { kind: 'usage', message: 'pins cannot "frob".', hint: '`npm run pins -- update [--only PACKAGE… | --security]`, `npm run pins -- add PACKAGE…`, or `npm run pins -- check`.' },
    ],
  ],
  noTarget: [
    [
      ['npm run build -- --target amd64', ['amd64', 'arm64'], ', or --all'],
      { kind: 'usage', message: 'No target was named.', hint: 'Try: `npm run build -- --target amd64`. Targets: amd64, arm64, or --all.' },
    ],
  ],
  noSuchTarget: [
    [['amd46', ['amd64'], 'amd64'], { kind: 'usage', message: 'There is no target "amd46".', hint: 'Did you mean "amd64"? Targets: amd64.' }],
    [
      ['aws,openstack', ['aws', 'openstack'], undefined],
      { kind: 'usage', message: 'There is no target "aws,openstack".', hint: 'Give --target once for each: --target aws --target openstack. Targets: aws, openstack.' },
    ],
  ],
  twoTargets: [[['amd64', 'arm64'], { kind: 'usage', message: 'Two targets were named: amd64 and arm64.', hint: 'A machine boots one: name one.' }]],
  pageOfOneTarget: [[[['amd64', 'aws']], { kind: 'usage', message: '2 targets were named: amd64, aws.', hint: 'A page is of one target: name one.' }]],
  noStep: [[['why'], { kind: 'usage', message: 'No step was named.', hint: `Name a part of its title: \`npm run why -- squashfs base\`. ${STEPS}` }]],
  noSuchStep: [[['squash fs'], { kind: 'usage', message: 'No step\'s title contains "squash fs".', hint: STEPS }]],
  severalSteps: [
    [
      ['squashfs', ['squashfs base', 'squashfs docker']],
      {
        kind: 'usage',
        message: '"squashfs" is part of several titles, or of steps of several targets.',
        evidence: 'squashfs base\nsquashfs docker',
        hint: 'Write one title whole, and name its --target.',
      },
    ],
  ],
  shellNeedsBubblewrap: [
    [
      [],
      {
        kind: 'no-executor',
        message: 'A shell of a step needs bubblewrap, which cannot make a sandbox here.',
        hint: 'Make unprivileged user namespaces work here, or try the step with `npm run build -- --keep-failed`.',
      },
    ],
  ],
  appendNeedsKernel: [[[], { kind: 'usage', message: 'The option --append needs --kernel or --installed.', hint: 'Add one of them: the ISO has kernel arguments of its own.' }]],
  diskSizeNeedsInstalled: [[[], { kind: 'usage', message: 'The option --disk-size needs --installed.', hint: 'Add it, or give other disks their size with --disk.' }]],
  noSuchDiskImage: [[['a.img'], { kind: 'usage', message: 'There is no disk image "a.img".', hint: 'Give a file, or a size such as 8G.' }]],
  machineSwitchedOff: [[[], { kind: 'interrupted', message: 'The machine was switched off on your signal.' }]],
  pageNotWritten: [
    [['/x/amd64.html', 'EACCES'], { kind: 'configuration', message: 'The page cannot be written.', place: { file: '/x/amd64.html' }, evidence: 'EACCES', hint: 'Name another file with --page.' }],
  ],
  bug: [[['Error: no\n    at x (y.ts:1:2)'], { kind: 'step', message: 'This is a bug in the pipeline.', evidence: 'Error: no\n    at x (y.ts:1:2)', hint: 'Please report it with the lines above.' }]],
});
