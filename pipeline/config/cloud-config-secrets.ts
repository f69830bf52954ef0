import { readYaml } from '../../overlays/ros/config/document.ts';
import { isSecretKey } from '../../overlays/ros/config/fit.ts';
import { nameOf, type Path } from '../../overlays/ros/config/problem.ts';

/** A key with its password in front of the server's name. */
const PASSWORD_IN_URL = /:\/\/[^/@\s:]+:[^/@\s]+@/;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
/** What nobody but its owner may read is meant for nobody else. */
const ONLY_OWNER = /^0?[4-7]00$/;

/** What in a cloud-config looks like a secret, as sentences with their places: whoever has a file of the release can read it. */
export function secretsOf(text: string, file: string): readonly string[] {
  const yaml = readYaml(text, file);
  return [...secretPaths(yaml.data, [])].map((path) => {
    const { line, column } = yaml.place(path);
    return `${file}:${line}:${column}: ${capital(nameOf(path))} looks like a secret, and becomes part of files that others may read. Give it to each machine by its own cloud-config instead.`;
  });
}

function* secretPaths(value: unknown, path: Path): Generator<Path> {
  const last = path.at(-1);
  if (value === null || value === undefined || value === '' || typeof value === 'boolean') return;
  if (typeof last === 'string' && isSecretKey(last)) yield path;
  else if (typeof value === 'string') {
    if (PASSWORD_IN_URL.test(value) || PRIVATE_KEY.test(value)) yield path;
  } else if (typeof value === 'object') {
    const { content, permissions } = value as { readonly content?: unknown; readonly permissions?: unknown };
    if (content !== undefined && ONLY_OWNER.test(String(permissions))) return yield [...path, 'content'];
    const items = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
    for (const [step, item] of items) yield* secretPaths(item, [...path, step]);
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
