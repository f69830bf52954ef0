import type { Check } from '../rig/boot-case.ts';
import { DOCKER_RUNS } from './checks.ts';

/** What the first process sees, which is in no container. */
export const outside = (command: string): string => `sudo nsenter -t 1 -m -- ${command}`;

export const onDisk = (device: string): Check => ({
  sentence: `the folders that must survive lie on ${device}`,
  run: outside(`awk -v d=${device} '$1 == d { print $2 }' /proc/1/mounts`),
  prints: /^(?=[\s\S]*^\/home$)(?=[\s\S]*^\/opt$)(?=[\s\S]*^\/var\/lib\/rancher$)(?=[\s\S]*^\/var\/lib\/system-docker$)(?=[\s\S]*^\/var\/lib\/user-docker$)(?=[\s\S]*^\/var\/log$)/m,
});

export const STORE: readonly Check[] = [
  { sentence: 'the user stores a file', run: 'echo my file >~/kept' },
  ...DOCKER_RUNS,
  {
    sentence: 'the user stores a container and a volume',
    run: `docker run --name keeper busybox:test sh -c 'if [ -f /mine ]; then cat /mine; else echo kept by the container >/mine; fi' && docker run --rm -v kept:/kept busybox:test sh -c 'echo kept in a volume >/kept/file'`,
    deadlineSeconds: 90,
  },
];

export const KEPT: readonly Check[] = [
  { sentence: 'a file in /home is still there', run: 'cat ~/kept', prints: /^my file$/m },
  { sentence: 'so are image and container, which starts again with what it wrote', run: 'docker start -a keeper', prints: /^kept by the container$/m, eventually: true, deadlineSeconds: 120 },
  { sentence: 'and its volume', run: 'docker run --rm -v kept:/kept busybox:test cat /kept/file', prints: /^kept in a volume$/m },
];

/** The kernel's last line before the layers are assembled. */
export const INIT = /Run \/init as init process|Freeing unused kernel image/;

export const STATE_LINE = 'rancher.state.dev=LABEL=RANCHER_STATE rancher.state.wait';
