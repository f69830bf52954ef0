import type { Digest } from '../core/digest.ts';
import type { Failure } from '../core/failure.ts';
import { quoted } from '../core/quoted.ts';

export function notAVersion(text: string): Failure {
  return {
    kind: 'usage',
    message: `${quoted(text)} is no version.`,
    hint: 'A version looks like v1.5.9, or v1.5.9-rc1 for a prerelease, and has 64 characters at most.',
  };
}

interface TwoDigests {
  readonly wanted: Digest;
  readonly found: Digest;
}

export function storedFileChanged(file: string, { wanted, found }: TwoDigests): Failure {
  return {
    kind: 'wrong-bytes',
    message: 'A stored file was changed after it was written; it was not published.',
    place: { file },
    evidence: `wanted ${wanted}, found ${found}`,
    hint: 'Run the same command with --paranoid: it removes what is damaged and makes it anew.',
  };
}

/** Sources as digests: of the release that is there, and of the project now. */
export function versionOfOtherSources(
  version: string,
  manifest: string,
  sources: { readonly there: Digest; readonly now: Digest },
): Failure {
  return {
    kind: 'usage',
    message: `${version} was already built here from other sources; a version never changes.`,
    place: { file: manifest },
    evidence: `there: ${sources.there}\nnow:   ${sources.now}`,
    hint: 'Choose another version, or remove that directory if it was never published.',
  };
}
