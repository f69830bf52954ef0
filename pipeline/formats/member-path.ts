import { wrongBytes } from './wrong-bytes.ts';

/** Longest path that Linux takes in one call (PATH_MAX, with its end). */
const PATH_LIMIT = 4095;
const NAME_LIMIT = 255;
const encoder = new TextEncoder();

/**
 * The path of an archive member in our form: relative, POSIX, no `.`, no trailing slash; the root is the empty string.
 * Refuses (`wrong-bytes`, naming `archive`) names that are absolute, climb with `..`, hold control characters or are too long for Linux.
 */
export function memberPath(raw: string, archive: string): string {
  const shown = JSON.stringify(raw.length > 200 ? `${raw.slice(0, 200)}…` : raw);
  if (raw.startsWith('/')) throw wrongBytes(`${archive} has a member with an absolute path, ${shown}.`);
  if (/[\u0000-\u001f\u007f]/.test(raw))
    throw wrongBytes(`${archive} has a member with control characters in its name, ${shown}.`);
  const parts = raw.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw wrongBytes(`${archive} has a member whose path climbs out with "..", ${shown}.`);
  const path = parts.join('/');
  if (encoder.encode(path).length > PATH_LIMIT || parts.some((part) => encoder.encode(part).length > NAME_LIMIT)) {
    throw wrongBytes(`${archive} has a member whose name is too long for Linux, ${shown}.`);
  }
  return path;
}

/** The folder that holds a path; of a top-level path the root, `''`. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** All folders above a path, nearest to the root first, without the root itself. */
export function ancestorsOf(path: string): readonly string[] {
  const found: string[] = [];
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1))
    found.push(path.slice(0, slash));
  return found;
}

/**
 * Where a symbolic link at `path` with this `target` points to, as a path in our form; absolute targets are taken from the
 * root of the tree. `undefined` where it climbs above the root.
 */
export function resolveTarget(path: string, target: string): string | undefined {
  const parts = target.startsWith('/')
    ? []
    : parentOf(path)
        .split('/')
        .filter((part) => part !== '');
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}
