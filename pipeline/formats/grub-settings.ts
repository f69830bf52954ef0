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

function grubQuoted(text: string): string {
  if (/[\n\0]/.test(text)) throw new RangeError('a setting of GRUB is one line');
  return `'${text.replaceAll("'", "'\\''")}'`;
}
