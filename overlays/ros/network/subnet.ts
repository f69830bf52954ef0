import type { AddressName } from '../config/addresses.ts';

/** A range of addresses: IPv4 or IPv6, as a number and the length of its prefix. */
export interface Subnet {
  readonly version: 4 | 6;
  /** First address of the range. */
  readonly base: bigint;
  readonly prefix: number;
}

/** The bits of an address, or undefined where the text is none. */
export function addressBits(text: string): { readonly version: 4 | 6; readonly bits: bigint } | undefined {
  const address = text.replace(/%.*$/, '');
  const bits = address.includes(':') ? bits6(address) : bits4(address);
  return bits === undefined ? undefined : { version: address.includes(':') ? 6 : 4, bits };
}

/** Reads `10.0.0.0/8`, or an address, which is a range of one. */
export function parseSubnet(text: string): Subnet | undefined {
  const [address = '', length, ...more] = text.split('/');
  const found = addressBits(address);
  if (found === undefined || more.length > 0) return undefined;
  const width = widthOf(found.version);
  const prefix = length === undefined ? width : Number(length);
  if (!/^\d*$/.test(length ?? '') || length === '' || prefix > width) return undefined;
  const host = BigInt(width - prefix);
  return { version: found.version, base: (found.bits >> host) << host, prefix };
}

export function overlaps(one: Subnet, other: Subnet): boolean {
  if (one.version !== other.version) return false;
  const host = BigInt(widthOf(one.version) - Math.min(one.prefix, other.prefix));
  return one.base >> host === other.base >> host;
}

/** `address/prefix` in a spelling that each address has only one of; undefined where the text is no such thing. */
export function canonicalAddress(text: string): string | undefined {
  const [address = '', length] = text.split('/');
  const subnet = parseSubnet(text);
  const found = addressBits(address);
  if (subnet === undefined || found === undefined || length === undefined) return undefined;
  return `${formatAddress(found.version, found.bits)}/${subnet.prefix}`;
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'];
const LOCAL = ['127.0.0.0/8', '169.254.0.0/16', 'fe80::/10', '::1/128'];

/** The name of an address in a configuration: `private_ipv4`, `public_ipv6` …; undefined for a link-local one. */
export function addressName(text: string): AddressName | undefined {
  const address = parseSubnet(text.replace(/\/.*$/, ''));
  const isIn = (ranges: readonly string[]) =>
    address !== undefined &&
    ranges.some((each) => {
      const range = parseSubnet(each);
      return range !== undefined && overlaps(range, address);
    });
  if (address === undefined || isIn(LOCAL)) return undefined;
  return isIn(PRIVATE)
    ? address.version === 4
      ? 'private_ipv4'
      : 'private_ipv6'
    : address.version === 4
      ? 'public_ipv4'
      : 'public_ipv6';
}

/** IPv6 without `::`. */
function formatAddress(version: 4 | 6, bits: bigint): string {
  const width = version === 4 ? 8 : 16;
  const count = widthOf(version) / width;
  const parts = Array.from({ length: count }, (_, index) =>
    BigInt.asUintN(width, bits >> BigInt((count - 1 - index) * width)),
  );
  return version === 4 ? parts.join('.') : parts.map((part) => part.toString(16)).join(':');
}

const widthOf = (version: 4 | 6): number => (version === 4 ? 32 : 128);

function bits4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255))
    return undefined;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function bits6(text: string): bigint | undefined {
  const [head = '', tail, ...more] = embedded4(text).split('::');
  if (more.length > 0) return undefined;
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const words = [...before, ...Array.from({ length: missing }, () => '0'), ...after];
  if (words.some((word) => !/^[0-9a-f]{1,4}$/i.test(word))) return undefined;
  return words.reduce((bits, word) => (bits << 16n) | BigInt(`0x${word}`), 0n);
}

/** `::ffff:10.0.0.1` with its end in hex. */
function embedded4(text: string): string {
  const end = text.slice(text.lastIndexOf(':') + 1);
  const bits = end.includes('.') ? bits4(end) : undefined;
  if (bits === undefined) return text;
  return `${text.slice(0, text.length - end.length)}${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`;
}
