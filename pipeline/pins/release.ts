import { type Digest, digestFromHex } from '../core/digest.ts';
import { BuildError } from '../core/failure.ts';
import * as messages from './messages.ts';

/** A verified `Release` file of a suite. */
export interface Release {
  readonly suite: string;
  readonly codename: string;
  readonly date: Date;
  readonly validUntil: Date | undefined;
  /** Files below `dists/<suite>/` that it vouches for. */
  readonly files: ReadonlyMap<string, { readonly digest: Digest; readonly size: number }>;
}

/** Parses the text that the signature covers. Throws `wrong-bytes` when fields are missing. */
export function parseRelease(text: string, archive: string): Release {
  const lines = text.split('\n');
  const field = (key: string): string | undefined =>
    lines
      .find((line) => line.startsWith(`${key}: `))
      ?.slice(key.length + 2)
      .trim();
  const codename = field('Codename');
  const date = dateOf(field('Date'));
  if (codename === undefined || !date) throw new BuildError(messages.signedIndexIncomplete(archive));
  const files = new Map<string, { readonly digest: Digest; readonly size: number }>();
  let isInList = false;
  for (const line of lines) {
    if (!line.startsWith(' ')) isInList = line === 'SHA256:';
    else if (isInList) {
      const match = /^ ([0-9a-f]{64})\s+(\d+)\s+(\S+)$/.exec(line);
      const [, hex, size, path] = match ?? [];
      if (hex !== undefined && path !== undefined) files.set(path, { digest: digestFromHex(hex), size: Number(size) });
    }
  }
  return { suite: field('Suite') ?? '', codename, date, validUntil: dateOf(field('Valid-Until')), files };
}

export interface ReleaseExpectation {
  readonly archive: string;
  readonly codename: string;
  readonly now: Date;
  /** Date of the index that the lock came from: an older one is a mirror that lags, or an attempt to bring back old faults. */
  readonly notBefore?: Date | undefined;
}

/** Checks that a signed index is the one asked for, and a current one. Throws a BuildError. */
export function checkRelease(release: Release, { archive, codename, now, notBefore }: ReleaseExpectation): void {
  if (release.codename !== codename) {
    throw new BuildError(messages.otherCodename(archive, { seen: release.codename, wanted: codename }));
  }
  if (release.validUntil && release.validUntil < now) {
    throw new BuildError(messages.indexExpired(archive, release.validUntil));
  }
  if (notBefore && release.date < notBefore) {
    throw new BuildError(messages.indexOlderThanLock(archive, release.date, notBefore));
  }
}

function dateOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time);
}

/** A time as snapshot archives write it, `20260912T075541Z`. */
export function snapshotTime(date: Date): string {
  return date.toISOString().replace(/[-:]|\.\d+/g, '');
}

/** The date that `snapshotTime` wrote. */
export function dateOfSnapshot(time: string): Date {
  return new Date(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
