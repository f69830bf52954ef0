import { quoted } from '../core/quoted.ts';

/** What a remote cache is used for. */
export type Purpose = 'reading' | 'filling';

// What is said of a remote cache: warnings, because nothing of it stops a build.

export function givenUp(origin: string, purpose: Purpose, reason: string): string {
  const instead = purpose === 'reading' ? 'steps run here instead' : 'nothing more is uploaded';
  return `The remote cache ${origin} is left alone for the rest of this run, and ${instead}: ${reason}.`;
}

export function wrongAnswer(origin: string, name: string, reason: string): string {
  return `The remote cache ${origin} gave wrong bytes for ${quoted(name)}, which are not used: ${reason}.`;
}

export function brokenPromise(origin: string, name: string): string {
  return `The remote cache ${origin} names a result of ${quoted(name)} and does not give its bytes. Such steps run here.`;
}
