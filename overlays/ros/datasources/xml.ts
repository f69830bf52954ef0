// The two documents that are read here are written by machines: an element's text and an attribute's value are all they need.

/** Text of the first element of that name, with any prefix. */
export function elementText(xml: string, name: string): string | undefined {
  const text = new RegExp(`<(?:\\w+:)?${name}(?:\\s[^<>]*)?>([^<]*)</(?:\\w+:)?${name}\\s*>`).exec(xml)?.[1];
  return text === undefined ? undefined : decoded(text).trim();
}

/** Texts of all elements of that name. */
export function elementTexts(xml: string, name: string): readonly string[] {
  const all = xml.matchAll(new RegExp(`<(?:\\w+:)?${name}(?:\\s[^<>]*)?>([^<]*)</(?:\\w+:)?${name}\\s*>`, 'g'));
  return [...all].map(([, text = '']) => decoded(text).trim());
}

/** Properties of an OVF environment: `<Property oe:key="a" oe:value="b"/>`. */
export function ovfProperties(xml: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>();
  for (const [element] of xml.matchAll(/<(?:\w+:)?Property\s[^<>]*>/g)) {
    const key = attribute(element, 'key');
    const value = attribute(element, 'value');
    if (key !== undefined && value !== undefined) properties.set(key, value);
  }
  return properties;
}

function attribute(element: string, name: string): string | undefined {
  const [, double, single] = new RegExp(`\\s(?:\\w+:)?${name}=(?:"([^"]*)"|'([^']*)')`).exec(element) ?? [];
  const value = double ?? single;
  return value === undefined ? undefined : decoded(value);
}

const NAMES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (_, hex, decimal, name) => {
    if (name !== undefined) return NAMES[String(name).toLowerCase()] ?? '';
    const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}
