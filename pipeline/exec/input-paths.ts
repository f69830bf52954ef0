import type { InputFile } from '../core/ports.ts';

/** The paths of a step's inputs, by name. */
export function pathsOf(inputs: { readonly [name: string]: InputFile }): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(inputs).map(([name, { path }]) => [name, path]));
}

/** The directories that an input of a name lies in, the topmost first. */
export function foldersAbove(name: string): readonly string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
