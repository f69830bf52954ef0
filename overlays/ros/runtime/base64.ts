const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The UTF-8 bytes of a text in base64; QuickJS has no `btoa`. A lone surrogate becomes U+FFFD. */
export function base64(text: string): string {
  return base64OfBytes(unescape(encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd'))));
}

/** Of text in which each character is one byte. */
export function base64OfBytes(bytes: string): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = [...bytes.slice(i, i + 3)].map((character) => character.charCodeAt(0) & 0xff);
    const digits = [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63].map(
      (digit) => DIGITS[digit],
    );
    text += digits
      .slice(0, bytes.length - i + 1)
      .join('')
      .padEnd(4, '=');
  }
  return text;
}
