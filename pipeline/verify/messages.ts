import path from 'node:path';
import type { Failure } from '../core/failure.ts';
import { quoted } from '../core/quoted.ts';
import type { Blob } from '../core/step.ts';

const AGAIN = 'Build the version again, or take the file from where it was published.';

function damaged(file: string, message: string, evidence?: string): Failure {
  return { kind: 'wrong-bytes', message, place: { file }, evidence, hint: AGAIN };
}

// The manifest. A directory is that of a version.

function manifestOf(directory: string): string {
  return path.join(directory, 'release.json');
}

export function manifestMissing(directory: string, others: readonly string[]): Failure {
  return damaged(
    manifestOf(directory),
    'The manifest is missing, so nobody can say what these files should be.',
    `there are: ${others.slice(0, 10).join(', ')}${others.length > 10 ? ' …' : ''}`,
  );
}

export function linkLeadsNowhere(directory: string, target: string): Failure {
  return {
    kind: 'wrong-bytes',
    message: `It points to ${target}, which is not there.`,
    place: { file: directory },
    hint: 'Build a version again: its build puts the link right.',
  };
}

/** `trouble` says what is wrong with it, without a full stop. */
export function manifestUnreadable(directory: string, trouble: string): Failure {
  return damaged(manifestOf(directory), `There is no readable release.json here: ${trouble}.`);
}

export function nothingBuilt(directory: string): Failure {
  return {
    kind: 'usage',
    message: 'Nothing was built here yet.',
    place: { file: directory },
    hint: 'Build the version first (`npm run build`), or name another.',
  };
}

export function manifestEmpty(directory: string): Failure {
  return damaged(manifestOf(directory), 'The manifest names no file.');
}

export function manifestOfOtherVersion(directory: string, version: string): Failure {
  const asked = path.basename(directory);
  return damaged(
    manifestOf(directory),
    `The manifest is that of ${version}, and lies in the directory of ${quoted(asked)}.`,
  );
}

// Files of a release.

export function fileMissing(file: string): Failure {
  return damaged(file, 'The file is missing.');
}

/** `evidence` is what the system says. */
export function fileUnreadable(file: string, evidence: string): Failure {
  return damaged(file, 'The file cannot be read.', evidence);
}

export function fileNotAsListed(file: string, blobs: { readonly wanted: Blob; readonly found: Blob }): Failure {
  const { wanted, found } = blobs;
  return damaged(
    file,
    'The file is not what its manifest says.',
    `wanted ${wanted.digest} (${wanted.size} bytes)\nfound  ${found.digest} (${found.size} bytes)`,
  );
}

/** `kind` is the format that release.json names; `fields` are those that are wrong. */
export function formatNotAsListed(file: string, kind: string, fields: readonly string[]): Failure {
  return {
    kind: 'wrong-bytes',
    message: `The file, or what is in it, is not what release.json says: ${kind}.`,
    place: { file },
    evidence: fields.join('\n'),
    hint: 'Its own digest is that of release.json, so it was not damaged later: it was made wrong, or file and list were changed together. Do not publish it. Build the version again, or take it from where it was published.',
  };
}

export function sumsNotAsListed(file: string): Failure {
  return damaged(file, 'The list of sums does not agree with release.json.');
}

export function fileNotListed(file: string): Failure {
  return {
    kind: 'wrong-bytes',
    message: 'The manifest does not name this file.',
    place: { file },
    hint: 'Take it away: it is of no release.',
  };
}
