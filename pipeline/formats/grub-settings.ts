/**
 * A file of `set name='value'` lines for GRUB's `source`. In single quotes GRUB changes nothing (GRUB manual, "Quoting"); a single quote
 * itself is written outside of them.
 *
 * A value that ends on a Linux command line: GRUB splits it at blanks, and puts a backslash before each quote and backslash that it
 * hands to the kernel (GRUB 2.12, loader/cmdline.c). So kernel parameters hold no quotes: `rancher.x=[ec2]`, not `["ec2"]`.
 */
export function grubSettings(values: { readonly [name: string]: string }): string {
  return Object.keys(values)
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => `set ${name}=${grubQuoted(values[name] ?? '')}\n`)
    .join('');
}

/**
 * Bytes of the file with the kernel arguments of one disk, `append.cfg`. It never grows: whoever changes it overwrites it in place, which
 * no power cut leaves half done in a way that matters to the file system. Linux takes 2048 characters on its command line.
 */
export const APPEND_SIZE = 4096;

/** The content of `append.cfg`: the words, and empty lines up to its size. Throws a RangeError where they are too many. */
export function appendSettings(words: string): string {
  const text = grubSettings({ append: words });
  if (text.length > APPEND_SIZE / 2)
    throw new RangeError(`${words.length} characters of kernel arguments are too many`);
  return text.padEnd(APPEND_SIZE, '\n');
}

function grubQuoted(text: string): string {
  if (/[\n\0]/.test(text)) throw new RangeError('a setting of GRUB is one line');
  return `'${text.replaceAll("'", "'\\''")}'`;
}
