import { readFile, stat } from 'node:fs/promises';
import type { Problem } from '../../overlays/ros/config/problem.ts';
import { readCloudConfig } from '../../overlays/ros/config/read.ts';
import { readUserData } from '../../overlays/ros/config/user-data.ts';
import { type Digest, digestOf } from '../core/digest.ts';
import { BuildError, type Place } from '../core/failure.ts';
import { secretsOf } from './cloud-config-secrets.ts';
import * as messages from './messages.ts';

/** A cloud-config that becomes part of the release files. */
export interface BakedConfig {
  /** As it was written: the machine reads the same text. */
  readonly text: string;
  readonly digest: Digest;
  /** What is no mistake, but should be known before the files are given away: sentences with their places. */
  readonly warnings: readonly string[];
}

/** More is not even read: a machine takes 256 Ki characters, each of at most four bytes. */
const MOST_BYTES = 1024 * 1024;

/**
 * Reads a cloud-config that a build bakes in, with the reader and the schema of the machine that will obey it. What cannot be read or is of a wrong
 * type is a mistake, all of them thrown with their places. What RancherOS 1 ignored, knew or could do, and this system does not, is warned of in the
 * machine's own words, and is a mistake too where the check is `strict`. `shownAs` is how places name the file.
 */
export async function loadCloudConfig(
  file: string,
  shownAs: string,
  { isStrict }: { readonly isStrict: boolean } = { isStrict: false },
): Promise<BakedConfig> {
  const text = await textOf(file, shownAs);
  demandKind(text, shownAs);
  const { config, problems } = readCloudConfig(text, shownAs);
  // Who has to mend the file is told all of it at once.
  const [first, ...rest] =
    isStrict || problems.some(isMistake)
      ? problems.map((each) => messages.cloudConfigMistake(placeOf(each), each))
      : [];
  if (first) throw new BuildError([first, ...rest]);
  if (Object.keys(config).length === 0) throw new BuildError(messages.cloudConfigEmpty(shownAs));
  return { text, digest: digestOf(text), warnings: [...problems.map(warningOf), ...secretsOf(text, shownAs)] };
}

/** What is lost, and not only without effect: a value that does not fit, and the first of two keys of the same name, which is found in the text and not at a key. */
const isMistake = ({ severity, path }: Problem): boolean => severity === 'error' || path.length === 0;

const warningOf = ({ line, column, message, hint, file }: Problem): string =>
  `${file}:${line}:${column}: ${message}${hint === undefined ? '' : ` ${hint}`}`;

async function textOf(file: string, shownAs: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MOST_BYTES) throw new BuildError(messages.cloudConfigTooLarge(shownAs, size, MOST_BYTES));
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    if (error instanceof BuildError) throw error;
    if (error instanceof TypeError && !('syscall' in error)) throw new BuildError(messages.cloudConfigNotText(shownAs));
    const evidence = error instanceof Error ? error.message : String(error);
    throw new BuildError(messages.cloudConfigUnreadable(shownAs, evidence), { cause: error });
  }
}

/** User-data may be other things too, which make no sense in a file that every machine has. */
function demandKind(text: string, shownAs: string): void {
  const userData = readUserData(text, shownAs);
  if (userData.kind === 'script') throw new BuildError(messages.scriptForCloudConfig(shownAs));
  if (userData.kind === 'compose') throw new BuildError(messages.composeFileForCloudConfig(shownAs));
  if (userData.kind === 'refused' && userData.isForeign)
    throw new BuildError(messages.foreignUserData(shownAs, userData.problem));
}

function placeOf({ file, line, column }: Problem): Place {
  return { file, line, column };
}
