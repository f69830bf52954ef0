/** Files of a release that the boot at hand was given. Cases of one file run one after another. */
const used = new Set<string>();

/** Notes that a boot gets this file of a release, and returns it. */
export function usedFile(file: string): string {
  used.add(file);
  return file;
}

/** The files that were used since the last call. */
export function takeUsedFiles(): readonly string[] {
  const files = [...used].sort();
  used.clear();
  return files;
}
