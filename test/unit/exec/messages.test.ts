import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Failure } from '../../../pipeline/core/failure.ts';
import * as messages from '../../../pipeline/exec/messages.ts';

const ALLOW =
  'allow unprivileged user namespaces (Ubuntu 24.04 and later: `sysctl kernel.apparmor_restrict_unprivileged_userns=0` or an AppArmor profile for bwrap; older Debian: `sysctl kernel.unprivileged_userns_clone=1`; in a container: `--security-opt seccomp=unconfined`)';
const START = 'start a Docker daemon on a local socket that this user may open';
const NO_BWRAP = { what: 'bubblewrap', cause: 'bwrap: setting up uid map:\n  Permission denied\n' };
const NO_DOCKER = { what: 'Docker', cause: 'no daemon answers at /var/run/docker.sock' };
const ENDED = { title: 'squashfs base', evidence: '$ mksquashfs /in/a /out/b' };
const AGAIN = { hint: 'Free some space, then run the same command again: nothing half-written was kept.', remedy: 'clean-store' } as const;
const SLOW = 'Run the same command again when this machine has less to do, or raise `seconds` of its limits.';

/** Every function by its name: a call of it, and the sentence, or the whole failure. */
const SAID: { readonly [name in keyof typeof messages]: readonly (readonly [string | Failure, string | Failure])[] } = {
  runsInBubblewrap: [
    [messages.runsInBubblewrap(true), 'Tools run in bubblewrap, as asked for: no executor isolates better or starts faster.'],
    [messages.runsInBubblewrap(false), 'Tools run in bubblewrap, the first choice, which works here: no executor isolates better or starts faster.'],
  ],
  runsInDocker: [
    [messages.runsInDocker('/run/d.sock', []), 'Tools run in containers of the Docker daemon at /run/d.sock, as asked for; for bubblewrap, which starts faster, try --executor bwrap.'],
    [
      messages.runsInDocker('/run/d.sock', [NO_BWRAP]),
      `Tools run in containers of the Docker daemon at /run/d.sock, as bubblewrap says "bwrap: setting up uid map: Permission denied"; for bubblewrap, which starts faster, ${ALLOW}.`,
    ],
  ],
  runsUnisolated: [
    [messages.runsUnisolated([]), 'Tools run WITHOUT isolation, as asked for: what they make is not fit for a release; to isolate them, leave out --executor none.'],
    [
      messages.runsUnisolated([NO_BWRAP, NO_DOCKER]),
      `Tools run WITHOUT isolation, as bubblewrap says "bwrap: setting up uid map: Permission denied" and Docker says "no daemon answers at /var/run/docker.sock": what they make is not fit for a release; to isolate them, ${ALLOW}, or ${START}.`,
    ],
  ],
  cannotIsolate: [
    [
      messages.cannotIsolate(NO_BWRAP, 'bwrap'),
      { kind: 'no-executor', message: 'bubblewrap cannot run tools here.', evidence: 'bwrap: setting up uid map:\n  Permission denied', hint: `Leave out --executor for another way, or ${ALLOW}.` },
    ],
    [
      messages.cannotIsolate(NO_DOCKER, 'docker'),
      { kind: 'no-executor', message: 'Docker cannot run tools here.', evidence: 'no daemon answers at /var/run/docker.sock', hint: `Leave out --executor for another way, or ${START}.` },
    ],
  ],
  unfitForRelease: [
    [
      messages.unfitForRelease('bubblewrap: no\n'),
      { kind: 'no-executor', message: 'Steps would run without isolation, which is not fit for a release.', evidence: 'bubblewrap: no', hint: `Build a -dev version, or ${ALLOW}, or ${START}.` },
    ],
  ],
  toolTookTooLong: [[messages.toolTookTooLong(ENDED, 5), { kind: 'step', message: 'The step "squashfs base" took longer than its 5 s and was killed.', evidence: ENDED.evidence, hint: SLOW }]],
  toolWasKilled: [
    [
      messages.toolWasKilled(ENDED, 'SIGKILL'),
      { kind: 'step', message: 'The step "squashfs base" was killed by SIGKILL.', evidence: ENDED.evidence, hint: 'The kernel may have run out of memory: see `dmesg`.' },
    ],
    [
      messages.toolWasKilled(ENDED, 'SIGTERM'),
      { kind: 'step', message: 'The step "squashfs base" was killed by SIGTERM.', evidence: ENDED.evidence, hint: 'See what stands above, then run the same command again with --keep-failed.' },
    ],
  ],
  toolIsMissing: [
    [
      messages.toolIsMissing(ENDED),
      {
        kind: 'step',
        message: 'The step "squashfs base" could not be started (exit code 127: a program or a library of it is missing from the tool image).',
        evidence: ENDED.evidence,
        hint: 'Check the package sets in targets/packages.yaml.',
      },
    ],
  ],
  toolFailed: [
    [
      messages.toolFailed(ENDED, 3),
      {
        kind: 'step',
        message: 'The step "squashfs base" failed with exit code 3.',
        evidence: ENDED.evidence,
        hint: 'Run the same command again with --keep-failed to keep what the step left, or open `npm run shell` on it.',
      },
    ],
  ],
  toolFilledDisk: [[messages.toolFilledDisk(ENDED), { kind: 'disk', message: 'The step "squashfs base" failed: the disk is full.', evidence: ENDED.evidence, ...AGAIN }]],
  writerTookTooLong: [[messages.writerTookTooLong('tar', 5), { kind: 'step', message: 'The step "tar" took longer than its 5 s.', hint: SLOW }]],
  writerFilledDisk: [[messages.writerFilledDisk(), { kind: 'disk', message: 'The disk is full.', ...AGAIN }]],
  inputIsShort: [
    [
      messages.inputIsShort('disk', 'base', '/store/ab', 'It ends at byte 3.'),
      {
        kind: 'wrong-bytes',
        message: 'The step "disk" cannot read its input "base" to the end: it is not what the store had.',
        place: { file: '/store/ab' },
        evidence: 'It ends at byte 3.',
        hint: 'Build again with --paranoid, which looks at every stored file before it is used.',
      },
    ],
  ],
  toolImageChanged: [
    [
      messages.toolImageChanged('/store/roots/ab', 'usr/bin/zstd'),
      'The unpacked tool image /store/roots/ab was changed (usr/bin/zstd is not as it was unpacked), and has been unpacked anew before any of its tools ran.',
    ],
  ],
  daemonTookOtherImage: [
    [
      messages.daemonTookOtherImage('/run/d.sock', 'sha256:ab', '{"status":"sha256:cd"}\n'),
      {
        kind: 'wrong-bytes',
        message: 'The Docker daemon at /run/d.sock does not have the tool image sha256:ab after it was imported.',
        evidence: '{"status":"sha256:cd"}',
        hint: 'Try --executor bwrap, or look into the log of the daemon.',
      },
    ],
  ],
  daemonFailed: [
    [
      messages.daemonFailed('/run/d.sock', 'disk', 'no space left\n'),
      {
        kind: 'no-executor',
        message: 'The Docker daemon at /run/d.sock could not run the step "disk".',
        evidence: 'no space left',
        hint: 'See whether `docker info` answers, then run the same command again, or leave out --executor docker.',
      },
    ],
  ],
  daemonSeesNoPath: [
    [
      messages.daemonSeesNoPath('/run/d.sock', '/store/tmp'),
      {
        kind: 'no-executor',
        message: 'The Docker daemon at /run/d.sock does not see /store/tmp of this machine: it runs in another mount namespace, or elsewhere.',
        hint: 'Name a store with --cache that lies at the same path for the daemon, or use --executor bwrap.',
      },
    ],
  ],
};
for (const [name, rows] of Object.entries(SAID)) {
  test(`${name} says it in whole sentences`, () => {
    for (const [said, wanted] of rows) assert.deepEqual(said, wanted);
  });
}
