import { readFile } from 'node:fs/promises';
import { digestFromHex, digestOf } from '../core/digest.ts';
import { BuildError } from '../core/failure.ts';
import type { PackagePin } from '../core/step.ts';
import { type PinsAccess, pinsFiles } from './context.ts';
import type { LockedKeyring } from './lock.ts';
import * as messages from './messages.ts';
import { type ArchiveKeys, keyringOf, parseKeyring } from './signature.ts';

/**
 * The keys that archives are verified with. They are a file of the project, so that a clone can still update itself when the mirrors
 * have dropped the keyring package they came from. The lock holds the file's digest and the package; an earlier verified index vouched
 * for that. Before there is a lock, trust starts at the one digest that a person wrote into `packages.yaml`.
 */
export async function archiveKeys(access: PinsAccess): Promise<ArchiveKeys> {
  const { file, shownAs } = pinsFiles(access.projectFolder).keyring;
  const bytes = access.lock ? await readFile(file).catch(() => undefined) : undefined;
  if (bytes && digestOf(bytes) !== access.lock?.keyring.keys) {
    throw new BuildError(messages.keysNotThoseOfLock(shownAs));
  }
  return parseKeyring(bytes ?? (await keysOf(requestedKeyring(access), access)));
}

/** The keyring package of a verified index with its keys; what is locked already is not fetched again. */
export async function lockKeyring(
  pin: PackagePin,
  access: PinsAccess,
): Promise<{ readonly locked: LockedKeyring; readonly bytes: Uint8Array }> {
  const { file } = pinsFiles(access.projectFolder).keyring;
  const before = access.lock?.keyring;
  const kept = before?.digest === pin.digest ? await readFile(file).catch(() => undefined) : undefined;
  const bytes = kept ?? (await keysOf(pin, access));
  return { locked: { ...pin, keys: digestOf(bytes) }, bytes };
}

async function keysOf(pin: PackagePin, access: PinsAccess): Promise<Uint8Array> {
  const blob = await access.fetcher.fetch(pin, access);
  return keyringOf(access.store.pathOf(blob.digest));
}

function requestedKeyring({ request: { keyring } }: PinsAccess): PackagePin {
  return { from: 'debian', arch: 'all', ...keyring, digest: digestFromHex(keyring.digest.slice('sha256:'.length)) };
}
