import type { Judgement } from './judge.ts';
import { isTree } from './merge.ts';

/** Files that other systems and RancherOS 1 read, by the beginning of their paths, and what to write instead. */
const UNREAD: readonly (readonly [RegExp, string])[] = [
  [/^\/etc\/(systemd\/system\/docker\.service\.d\/|default\/docker$|sysconfig\/docker$)/, 'Write rancher.docker.'],
  [
    /^\/(etc|lib|usr\/lib)\/systemd\//,
    'There is no systemd. Write a service below rancher.services, or a command into runcmd.',
  ],
  [/^\/etc\/(init|init\.d|rc\d?\.d)\//, 'Write a service below rancher.services, or a command into runcmd.'],
  [
    /^\/etc\/(netplan\/|network\/interfaces|sysconfig\/network|NetworkManager\/|systemd\/network\/)/,
    'Write rancher.network.interfaces.',
  ],
  [/^\/etc\/fstab$/, 'Write mounts.'],
  [/^\/etc\/(crontab$|cron\.)/, 'Give a service the label cron.schedule.'],
  [/^\/etc\/sysctl\.(conf$|d\/)/, 'Write rancher.sysctl.'],
  [/^\/etc\/modules(-load\.d\/|$)/, 'Write rancher.modules.'],
  [/^\/etc\/hostname$/, 'Write hostname.'],
  [
    /^\/boot\/(global\.cfg$|syslinux\/|extlinux\/|linux-(current|previous)\.cfg$)/,
    'GRUB starts this system; kernel parameters are given by “ros install --append”.',
  ],
];

/** A path of write_files tells which program reads the file; a file that no program reads is written anyway. */
export const FILE_JUDGEMENTS: readonly Judgement[] = [
  {
    at: 'write_files.*',
    judge(file) {
      if (!isTree(file) || !['console', undefined].includes(file['container'] as string | undefined)) return undefined;
      const path = String(file['path']);
      const hint = UNREAD.find(([pattern]) => pattern.test(path))?.[1];
      return hint === undefined ? undefined : { message: `Nothing on this system reads ${path}.`, hint };
    },
  },
];
