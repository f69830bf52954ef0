/** A word as a shell reads it back. */
export const shellWord = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
