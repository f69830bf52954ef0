/** Control characters but tab and newline, and the marks that reorder a line to the eye (https://trojansource.codes). */
const HARMFUL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Words of others (a tool, a server, a command line) without the characters that could repaint the reader's terminal. */
export function harmless(text: string): string {
  return text.replace(HARMFUL, '\uFFFD');
}
