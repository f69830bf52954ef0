import { dirname } from 'node:path';
import { BuildError, type Failure } from '../core/failure.ts';
import type { RefusedDirectory } from './messages.ts';
import * as messages from './messages.ts';

export { DISK_FULL } from './disk-full.ts';

/** What a directory is for: another one can be chosen in another way for each. */
export type DirectoryUse = 'store' | 'releases';

const FAILURES: { readonly [code: string]: (refused: RefusedDirectory) => Failure } = {
  ENOSPC: messages.diskFull,
  EDQUOT: messages.quotaUsedUp,
  EFBIG: messages.fileTooLarge,
  ENOTDIR: messages.fileInPlaceOfDirectory,
  EEXIST: messages.fileInPlaceOfDirectory,
  ENOENT: messages.directoryCannotBeMade,
  EROFS: messages.readOnlyFileSystem,
  EACCES: messages.writingForbidden,
  EPERM: messages.writingForbidden,
};

/** Error codes that mean a wrong name of a directory; all others are the disk's state. */
const MISNAMED: ReadonlySet<string | undefined> = new Set(['ENOTDIR', 'EEXIST', 'ENOENT']);

/** Turns an error of the file system into a failure with a sentence; anything else is returned as it is. */
export function diskFailure(error: unknown, directory: string, use: DirectoryUse = 'store'): unknown {
  if (error instanceof BuildError || !(error instanceof Error)) return error;
  const failure = failureOf(error);
  if (!failure) return error;
  const refused: RefusedDirectory = {
    directory: refusedDirectory(error) ?? directory,
    evidence: error.message,
    remedy: use === 'store' ? 'move-store' : 'move-releases',
  };
  return new BuildError(failure(refused), { cause: error });
}

/** The directory that cannot be made, or in which none can be made: it may be above or below the one that was named. */
function refusedDirectory({ code, syscall, path }: NodeJS.ErrnoException): string | undefined {
  if (syscall !== 'mkdir' || path === undefined) return undefined;
  return MISNAMED.has(code) ? path : dirname(path);
}

function failureOf({ code, syscall }: NodeJS.ErrnoException): (typeof FAILURES)[string] | undefined {
  // A missing file is a bug of ours.
  return code === 'ENOENT' && syscall !== 'mkdir' ? undefined : FAILURES[code ?? ''];
}
