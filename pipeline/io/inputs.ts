import { compareCodeUnits } from '../core/json.ts';
import { FileSource } from './file-source.ts';

/** The input files of a step by their names, opened when asked for. Close it when done. */
export class Inputs<Name extends string = string> {
  readonly #paths: { readonly [name: string]: string };
  readonly #opened: FileSource[] = [];

  constructor(paths: { readonly [name: string]: string }) {
    this.#paths = paths;
  }

  /** Absolute path of an input. Its absence is a bug of whoever made the step. */
  path(name: Name): string {
    const path = this.#paths[name];
    if (path === undefined) throw new RangeError(`this step needs an input ${JSON.stringify(name)}`);
    return path;
  }

  /** The contents of an input. */
  open(name: Name): FileSource {
    const source = new FileSource(this.path(name));
    this.#opened.push(source);
    return source;
  }

  /** The contents of an input that a step may lack. */
  maybe(name: Name): FileSource | undefined {
    return Object.hasOwn(this.#paths, name) ? this.open(name) : undefined;
  }

  /** All of an input as text. */
  text(name: Name): string {
    const source = this.open(name);
    return new TextDecoder('utf-8', { fatal: true }).decode(source.fill(new Uint8Array(source.size), 0));
  }

  /** Names of all inputs, sorted. */
  names(): readonly Name[] {
    return Object.keys(this.#paths).sort(compareCodeUnits) as Name[];
  }

  /** The names within a group: of `file/etc/issue` in `file` it is `etc/issue`. Sorted. */
  group<Group extends Name extends `${infer Prefix}/${string}` ? Prefix : never>(group: Group): readonly string[] {
    const prefix = `${group}/`;
    return this.names().flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
  }

  close(): void {
    for (const source of this.#opened) source.close();
  }
}
