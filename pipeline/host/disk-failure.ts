import { dirname } from 'node:path';
import { DISK_FULL_HINT } from '../core/disk-full.ts';
import { BuildError, type FailureKind } from '../core/failure.ts';

const SENTENCES: { readonly [code: string]: readonly [message: string, hint: string] } = {
  ENOSPC: ['The disk is full.', DISK_FULL_HINT],
  EDQUOT: ['The disk quota is used up.', DISK_FULL_HINT],
  EFBIG: [
    'A file would be larger than this user or file system allows.',
    'Raise `ulimit -f`, or name another folder with OPTION.',
  ],
  ENOTDIR: ['Something that is no folder stands in the way.', 'Remove it, or name another folder with OPTION.'],
  EEXIST: ['Something that is no folder stands in the way.', 'Remove it, or name another folder with OPTION.'],
  // `mkdir` where the folder above is there: /proc and its like.
  ENOENT: ['No folder can be made there.', 'Name another folder with OPTION.'],
  EROFS: ['The file system is read-only.', 'Name a writable folder with OPTION.'],
  EACCES: ['The folder may not be written by this user.', 'Name a folder of your own with OPTION, or mend its owner.'],
  EPERM: ['The folder may not be written by this user.', 'Name a folder of your own with OPTION, or mend its owner.'],
};

/** Turns a file system error into a failure with a sentence that names the option for another folder; anything else is returned as it is. */
export function diskFailure(error: unknown, folder: string, option: '--cache' | '--dist' = '--cache'): unknown {
  if (error instanceof BuildError || !(error instanceof Error)) return error;
  const sentence = sentenceOf(error);
  if (!sentence) return error;
  return new BuildError(
    {
      kind: kindOf(error as NodeJS.ErrnoException),
      message: sentence[0],
      place: { file: refusedFolder(error) ?? folder },
      evidence: error.message,
      hint: sentence[1].replace('OPTION', option),
    },
    { cause: error },
  );
}

/** The folder to blame, which may be the one that a person named, or one above it or below: one that cannot be made, or one in which nothing can. */
function refusedFolder({ code, syscall, path }: NodeJS.ErrnoException): string | undefined {
  if (syscall !== 'mkdir' || path === undefined) return undefined;
  return MISNAMED.has(code) ? path : dirname(path);
}

function sentenceOf({ code, syscall }: NodeJS.ErrnoException): readonly [message: string, hint: string] | undefined {
  // A file that is not there is nobody's fault but ours.
  return code === 'ENOENT' && syscall !== 'mkdir' ? undefined : SENTENCES[code ?? ''];
}

const MISNAMED: ReadonlySet<string | undefined> = new Set(['ENOTDIR', 'EEXIST', 'ENOENT']);

/** What stands in the way was named by somebody; all else is the disk's state. */
function kindOf({ code }: NodeJS.ErrnoException): FailureKind {
  return MISNAMED.has(code) ? 'usage' : 'disk';
}
