import type { PublicKey } from 'openpgp';
import { BuildError } from '../core/failure.ts';
import { dataFiles } from './data-files.ts';
import * as messages from './messages.ts';

/** Keys that may sign an archive's index. */
export type ArchiveKeys = readonly PublicKey[];

const KEYRING_FILE = /^usr\/share\/keyrings\/debian-archive-keyring\.(?:pgp|gpg)$/;

/** The keys' file out of a `debian-archive-keyring` package, whose bytes the caller has checked. */
export async function keyringOf(packageFile: string): Promise<Uint8Array> {
  const [bytes] = (await dataFiles(packageFile, 'the keyring package', (path) => KEYRING_FILE.test(path))).values();
  if (!bytes) throw new BuildError(messages.keyringWithoutKeys());
  return bytes;
}

/** The keys in a keyring's bytes. */
export async function parseKeyring(bytes: Uint8Array): Promise<ArchiveKeys> {
  const { readKeys } = await import('openpgp');
  return readKeys({ binaryKeys: bytes });
}

export interface SignedText {
  readonly text: string;
  readonly keys: ArchiveKeys;
  /** What is signed, for errors. */
  readonly what: string;
  readonly now: Date;
}

/**
 * The text that an OpenPGP clear-text signature covers, if one of the keys made one of its signatures; archives are signed by
 * several at a time. Only what this returns may be read further: what stands around the signed part is anybody's.
 */
export async function verifyClearText({ text, keys, what, now }: SignedText): Promise<string> {
  const { readCleartextMessage, verify } = await import('openpgp');
  try {
    const message = await readCleartextMessage({ cleartextMessage: text });
    const { data, signatures } = await verify({ message, verificationKeys: [...keys], date: now });
    const trouble: string[] = [];
    for (const { keyID, verified } of signatures) {
      try {
        await verified;
        return data;
      } catch (error) {
        trouble.push(`${keyID.toHex()}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    throw new BuildError(messages.signatureRefused(what, trouble.join('\n') || 'no signature'));
  } catch (error) {
    if (error instanceof BuildError) throw error;
    const evidence = error instanceof Error ? error.message : String(error);
    throw new BuildError(messages.signatureRefused(what, evidence), { cause: error });
  }
}
