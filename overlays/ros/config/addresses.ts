/** Addresses of the machine that a platform knows, for `$private_ipv4` and its like in a configuration, as in RancherOS 1. */
export const ADDRESS_NAMES = ['private_ipv4', 'public_ipv4', 'private_ipv6', 'public_ipv6'] as const;
export type AddressName = (typeof ADDRESS_NAMES)[number];
export type Addresses = { readonly [name in AddressName]?: string };

/** A place that names an unknown address. */
export interface UnknownAddress {
  readonly name: AddressName;
  readonly line: number;
  readonly column: number;
}

/** With a backslash before it the name stands for itself. */
const NAME = /(\\?)\$((?:private|public)_ipv[46])(?!\w)/g;

/** Replaces names by addresses. Unknown names stay as they are and are returned. */
export function fillAddresses(
  text: string,
  addresses: Addresses,
): { readonly text: string; readonly unknown: readonly UnknownAddress[] } {
  // Most configurations name none.
  if (!text.includes('_ipv')) return { text, unknown: [] };
  const unknown: UnknownAddress[] = [];
  const filled = text.replace(NAME, (whole: string, backslash: string, name: AddressName, offset: number) => {
    if (backslash !== '') return `$${name}`;
    const address = addresses[name];
    if (address !== undefined) return address;
    const before = text.slice(0, offset).split('\n');
    unknown.push({ name, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 });
    return whole;
  });
  return { text: filled, unknown };
}
