import { readFile, stat } from 'node:fs/promises';
import type { Problem } from '../../overlays/ros/config/problem.ts';
import { readCloudConfig } from '../../overlays/ros/config/read.ts';
import { readUserData } from '../../overlays/ros/config/user-data.ts';
import { type Digest, digestOf } from '../core/digest.ts';
import { BuildError, type Failure } from '../core/failure.ts';
import { secretsOf } from './cloud-config-secrets.ts';

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
  const [first, ...rest] = isStrict || problems.some(isMistake) ? problems.map(failureOf) : [];
  if (first) throw new BuildError([first, ...rest]);
  if (Object.keys(config).length === 0)
    throw wrong(shownAs, 'Nothing stands in this cloud-config.', 'Leave out --cloud-config to build without one.');
  return { text, digest: digestOf(text), warnings: [...problems.map(warningOf), ...secretsOf(text, shownAs)] };
}

/** What is lost, and not only without effect: a value that does not fit, and the first of two keys of the same name, which is found in the text and not at a key. */
const isMistake = ({ severity, path }: Problem): boolean => severity === 'error' || path.length === 0;

const warningOf = ({ line, column, message, hint, file }: Problem): string =>
  `${file}:${line}:${column}: ${message}${hint === undefined ? '' : ` ${hint}`}`;

async function textOf(file: string, shownAs: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MOST_BYTES)
      throw wrong(shownAs, `This file has ${size} bytes; a machine reads no cloud-config of more than ${MOST_BYTES}.`);
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    if (error instanceof BuildError) throw error;
    if (error instanceof TypeError && !('syscall' in error)) throw wrong(shownAs, 'This file is not text in UTF-8.');
    throw new BuildError(
      {
        kind: 'configuration',
        message: 'The cloud-config to bake in cannot be read.',
        place: { file: shownAs },
        evidence: error instanceof Error ? error.message : String(error),
      },
      { cause: error },
    );
  }
}

/** User-data may be other things too, which make no sense in a file that every machine has. */
function demandKind(text: string, shownAs: string): void {
  const userData = readUserData(text, shownAs);
  if (userData.kind === 'script')
    throw wrong(shownAs, 'This is a script, and only a cloud-config can be baked in.', 'Name its commands in runcmd.');
  if (userData.kind === 'compose')
    throw wrong(
      shownAs,
      'This is a Compose file, and only a cloud-config can be baked in.',
      'Put its services below rancher.services.',
    );
  if (userData.kind === 'refused' && userData.isForeign)
    throw wrong(shownAs, userData.problem.message, 'Only a cloud-config can be baked in.');
}

/** The machine says what becomes of a mistake, “it is left out”; here it becomes nothing. */
function failureOf({ file, line, column, message, hint }: Problem): Failure {
  return {
    kind: 'configuration',
    message: message
      .replace(/; it is left out\.$/, '.')
      .replace(/ is not known and has no effect\.$/, ' is not known.'),
    place: { file, line, column },
    hint,
  };
}

function wrong(file: string, message: string, hint?: string): BuildError {
  return new BuildError({ kind: 'configuration', message, place: { file, line: 1, column: 1 }, hint });
}
