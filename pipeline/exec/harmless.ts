/** A tool's words without the control characters that could repaint the reader's terminal. */
export function harmless(text: string): string {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const isControl = (code < 32 && character !== '\n' && character !== '\t') || (code >= 127 && code < 160);
    return isControl ? '\uFFFD' : character;
  }).join('');
}
