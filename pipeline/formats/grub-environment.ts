import { putAscii } from './ascii.ts';
import { wrongBytes } from './wrong-bytes.ts';

/** Bytes of GRUB's environment block (GRUB manual, "The GRUB environment block"): it never grows, since GRUB overwrites it in place. */
export const GRUB_ENVIRONMENT_SIZE = 1024;

const HEADER = '# GRUB Environment Block\n';

/** Sorted `name=value` lines behind the header, the rest filled with `#`, as `grub-editenv` writes it. */
export function encodeGrubEnvironment(variables: { readonly [name: string]: string }): Uint8Array {
  const lines = Object.keys(variables)
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => `${name}=${(variables[name] ?? '').replace(/[\\\n]/g, '\\$&')}\n`);
  const text = HEADER + lines.join('');
  if (text.length > GRUB_ENVIRONMENT_SIZE) throw wrongBytes(`GRUB's environment holds no ${text.length} bytes.`);
  const bytes = new Uint8Array(GRUB_ENVIRONMENT_SIZE).fill('#'.charCodeAt(0));
  putAscii(bytes, 0, text);
  return bytes;
}

/** The variables of an environment block. Throws `wrong-bytes` naming `what` where it is none. */
export function decodeGrubEnvironment(bytes: Uint8Array, what: string): { readonly [name: string]: string } {
  const text = String.fromCharCode(...bytes.subarray(0, GRUB_ENVIRONMENT_SIZE));
  if (bytes.length !== GRUB_ENVIRONMENT_SIZE || !text.startsWith(HEADER))
    throw wrongBytes(`${what} is no GRUB environment block.`);
  const variables: { [name: string]: string } = {};
  for (const [, name = '', value = ''] of text
    .slice(HEADER.length)
    .matchAll(/^([^#=\n][^=\n]*)=((?:\\[\s\S]|[^\\\n])*)\n/gm))
    variables[name] = value.replace(/\\([\s\S])/g, '$1');
  return variables;
}
