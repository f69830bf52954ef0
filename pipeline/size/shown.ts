import type { Sized, SizedMedium } from './media.ts';

/** A part of a picture, and the same part of the table beside it. */
export interface Shown extends Sized {
  readonly parts: readonly Shown[];
}

/** A file or a package below this part of its medium can hardly be seen. */
const LEAST = 1 / 2000;

/** What is shown of a medium: component, package, file, each largest first. What is too small to be seen is one part with a count. */
export function shownParts({ bytes, components }: SizedMedium): readonly Shown[] {
  const least = bytes * LEAST;
  return components.map((component) => ({
    ...component,
    parts: gathered(
      component.packages.map((each): Shown => {
        const files = each.files.map((file): Shown => ({ ...file, parts: [] }));
        return { ...each, parts: gathered(files, least, 'file') };
      }),
      least,
      'package',
    ),
  }));
}

function gathered(parts: readonly Shown[], least: number, word: string): readonly Shown[] {
  const small = parts.filter(({ bytes }) => bytes < least);
  if (small.length < 2) return parts;
  const rest: Shown = {
    name: `${small.length} smaller ${word}s`,
    bytes: small.reduce((sum, part) => sum + part.bytes, 0),
    unpacked: small.reduce((sum, part) => sum + part.unpacked, 0),
    parts: [],
  };
  return [...parts.filter((part) => !small.includes(part)), rest].sort((a, b) => b.bytes - a.bytes);
}
