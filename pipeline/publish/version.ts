import { BuildError } from '../core/failure.ts';
import { notAVersion } from './messages.ts';

const VERSION_PATTERN =
  /^v(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

/** A version is the name of a directory, and stands in boot menus and on the kernel's command line. */
const MOST_CHARACTERS = 64;

/** A release version `vX.Y.Z` or `vX.Y.Z-pre`, ordered as https://semver.org §11 says. */
export interface ReleaseVersion {
  readonly text: string;
  readonly numbers: readonly [number, number, number];
  /** Dot-separated identifiers behind the dash; empty for a final release. */
  readonly prerelease: readonly string[];
}

/** Reads a version, or says what one looks like (`usage`). */
export function parseVersion(text: string): ReleaseVersion {
  const match = text.length > MOST_CHARACTERS ? undefined : VERSION_PATTERN.exec(text);
  if (!match) {
    throw new BuildError(notAVersion(text));
  }
  const [, major, minor, patch, prerelease] = match;
  return { text, numbers: [Number(major), Number(minor), Number(patch)], prerelease: prerelease?.split('.') ?? [] };
}

/** Below zero when `a` is older than `b`. */
export function compareVersions(a: ReleaseVersion, b: ReleaseVersion): number {
  for (let index = 0; index < 3; index++) {
    const difference = (a.numbers[index] ?? 0) - (b.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0) return b.prerelease.length - a.prerelease.length;
  for (let index = 0; index < Math.max(a.prerelease.length, b.prerelease.length); index++) {
    const difference = compareIdentifiers(a.prerelease[index], b.prerelease[index]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareIdentifiers(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (aIsNumber && bIsNumber) return Number(a) - Number(b);
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
