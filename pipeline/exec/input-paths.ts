import type { InputFile } from '../core/ports.ts';

/** The paths of a step's inputs, by name. */
export function pathsOf(inputs: { readonly [name: string]: InputFile }): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(inputs).map(([name, { path }]) => [name, path]));
}
