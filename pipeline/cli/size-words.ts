const UNITS: { readonly [unit: string]: number } = { M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Bytes of a size as people write it: `512M`, `8G`, `1T`, in powers of 1024; undefined for anything else. */
export function sizeFrom(text: string): number | undefined {
  const [, number, unit = 'M'] = /^(\d{1,9})([MGT])(?:iB|B)?$/i.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * (UNITS[unit.toUpperCase()] ?? 1);
}
