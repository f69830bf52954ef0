import { MAX_CHARACTERS } from '../config/document.ts';
import { exceeds } from '../runtime/byte-length.ts';
import { GUNZIP_MOST } from '../runtime/gunzip.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';

/** Bytes of user-data, unpacked. Clouds allow 16 to 64 KiB. */
export const MOST_USER_DATA = MAX_CHARACTERS;

/** User-data in base64, which may be packed by gzip within. `from` names it in sentences. */
export function userDataOfBase64(system: System, text: string, from: string): string {
  const packed = text.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) throw new Failure(`${from} is not base64`);
  // Plain base64 is a third longer than its content; base64 of gzip is shorter.
  if (packed.length > (MOST_USER_DATA / 3 + 1024) * 4) throw tooLarge(from);
  const script = `${GUNZIP_MOST}base64 -d | gunzip_most "$1"`;
  const { status, stdout } = run(system, ['sh', '-c', script, 'ros', String(MOST_USER_DATA + 1)], { stdin: packed });
  return checkedUserData(stdout, from, status === 0);
}

/** User-data as it was read, with one byte more than is allowed where it has that many. */
export function checkedUserData(text: string, from: string, isWhole = true): string {
  if (exceeds(text, MOST_USER_DATA)) throw tooLarge(from);
  if (!isWhole) throw new Failure(`${from} is packed by gzip, but the packed data are broken`);
  if (/[\0\uFFFD]/.test(text)) throw new Failure(`${from} is no text`);
  return text;
}

const tooLarge = (from: string): Failure =>
  new Failure(`${from} has more than ${MOST_USER_DATA} bytes, which are not read`);
