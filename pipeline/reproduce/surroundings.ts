import type { SingleExecutorName } from '../exec/choice.ts';

/** Everything around a build that could find its way into bytes. */
export interface Surroundings {
  /** What is different, as a part of a sentence. */
  readonly sentence: string;
  readonly env: NodeJS.ProcessEnv;
  /** Octal digits. */
  readonly umask: string;
  readonly jobs: number;
  /** One processor only, where the machine lets a process be bound to one. */
  readonly oneProcessor: boolean;
  /** As a user without rights, where the caller may do that. */
  readonly asNobody: boolean;
  /** The entries of every directory are made in descending order, on a file system in memory where there is one: it lists them in that order. */
  readonly reversed: boolean;
  /** Default: what the build itself takes. */
  readonly executor?: SingleExecutorName;
}

/** In the order in which builds take them; the first build of all has those of the caller. */
export const SURROUNDINGS: readonly Surroundings[] = [
  {
    sentence:
      'another directory, file system, directory order, user, umask, time zone and language, one job on one processor',
    env: { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', COLUMNS: '40' },
    umask: '077',
    jobs: 1,
    oneProcessor: true,
    asNobody: true,
    reversed: true,
  },
  {
    sentence: 'many jobs at once, far in the west',
    env: { TZ: 'Pacific/Pago_Pago', LANG: 'C', LC_ALL: 'C', SOURCE_DATE_EPOCH: '1' },
    umask: '000',
    jobs: 16,
    oneProcessor: false,
    asNobody: false,
    reversed: false,
  },
  {
    sentence: 'as nobody with two jobs, without isolation',
    env: { TZ: 'Asia/Kathmandu', LANG: 'ja_JP.eucJP', LC_ALL: 'ja_JP.eucJP', TMPDIR: '/tmp' },
    umask: '027',
    jobs: 2,
    oneProcessor: true,
    asNobody: true,
    reversed: false,
    executor: 'none',
  },
  {
    sentence: 'three jobs, directory order reversed',
    env: { TZ: 'UTC', LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8', NODE_OPTIONS: '--max-old-space-size=1024' },
    umask: '002',
    jobs: 3,
    oneProcessor: false,
    asNobody: false,
    reversed: true,
  },
];
