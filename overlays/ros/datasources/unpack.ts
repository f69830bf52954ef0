import { MAX_CHARACTERS } from '../config/document.ts';
import { readPacked } from '../config/files.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';

/** User-data in a file, unpacked where gzip packed it; nothing where there is no file. `from` names it in sentences. */
export function userDataIn(system: System, path: string, from: string): string | undefined {
  const text = readPacked(system, path, MAX_CHARACTERS + 1);
  return text === undefined ? undefined : checkedText(text, from);
}

/** User-data in base64, which may be packed by gzip within. */
export function userDataOfBase64(system: System, text: string, from: string): string {
  const packed = text.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) throw new Failure(`${from} is not base64`);
  const { stdout } = run(
    system,
    ['sh', '-c', 'base64 -d | gzip -dcf | head -c "$1"', 'ros', String(MAX_CHARACTERS + 1)],
    {
      stdin: packed,
    },
  );
  return checkedText(stdout, from);
}

function checkedText(text: string, from: string): string {
  if (text.length > MAX_CHARACTERS)
    throw new Failure(`${from} has more than ${MAX_CHARACTERS} bytes, which are not read`);
  if (/[\0\uFFFD]/.test(text)) throw new Failure(`${from} is no text`);
  return text;
}
