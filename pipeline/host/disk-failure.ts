import { dirname } from 'node:path';
import { BuildError, type Failure, type FailureKind } from '../core/failure.ts';

/** What to do about a full disk. */
export const DISK_FULL: Required<Pick<Failure, 'hint' | 'remedy'>> = {
  hint: 'Free some space, then run the same command again: nothing half-written was kept.',
  remedy: 'clean-store',
};

/** What a directory is for: another one can be chosen in another way for each. */
export type DirectoryUse = 'store' | 'releases';

const TAKEN = { message: 'A file exists where a directory is needed.', hint: 'Remove it, or use another directory.' };
const FORBIDDEN = {
  message: 'This user may not write to the directory.',
  hint: 'Change its owner, or use a directory of your own.',
};
const SENTENCES: { readonly [code: string]: Pick<Failure, 'message' | 'hint' | 'remedy'> } = {
  ENOSPC: { message: 'The disk is full.', ...DISK_FULL },
  EDQUOT: { message: 'The disk quota is used up.', ...DISK_FULL },
  EFBIG: {
    message: 'A file would be larger than this user or file system allows.',
    hint: 'Raise `ulimit -f`, or use another directory.',
  },
  ENOTDIR: TAKEN,
  EEXIST: TAKEN,
  // `mkdir` where the directory above is there: /proc and its like.
  ENOENT: { message: 'No directory can be made there.', hint: 'Use another directory.' },
  EROFS: { message: 'The file system is read-only.', hint: 'Use a writable directory.' },
  EACCES: FORBIDDEN,
  EPERM: FORBIDDEN,
};

/** Error codes that mean a wrong name of a directory; all others are the disk's state. */
const MISNAMED: ReadonlySet<string | undefined> = new Set(['ENOTDIR', 'EEXIST', 'ENOENT']);

/** Turns an error of the file system into a failure with a sentence; anything else is returned as it is. */
export function diskFailure(error: unknown, directory: string, use: DirectoryUse = 'store'): unknown {
  if (error instanceof BuildError || !(error instanceof Error)) return error;
  const sentence = sentenceOf(error);
  if (!sentence) return error;
  return new BuildError(
    {
      kind: kindOf(error),
      place: { file: refusedDirectory(error) ?? directory },
      evidence: error.message,
      remedy: use === 'store' ? 'move-store' : 'move-releases',
      ...sentence,
    },
    { cause: error },
  );
}

/** The directory that cannot be made, or in which none can be made: it may be above or below the one that was named. */
function refusedDirectory({ code, syscall, path }: NodeJS.ErrnoException): string | undefined {
  if (syscall !== 'mkdir' || path === undefined) return undefined;
  return MISNAMED.has(code) ? path : dirname(path);
}

function sentenceOf({
  code,
  syscall,
}: NodeJS.ErrnoException): Pick<Failure, 'message' | 'hint' | 'remedy'> | undefined {
  // A missing file is a bug of ours.
  return code === 'ENOENT' && syscall !== 'mkdir' ? undefined : SENTENCES[code ?? ''];
}

function kindOf({ code }: NodeJS.ErrnoException): FailureKind {
  return MISNAMED.has(code) ? 'usage' : 'disk';
}
