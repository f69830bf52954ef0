/** What a person typed, or what stands in a file, as a sentence shows it: in double quotes, with control characters written out. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
