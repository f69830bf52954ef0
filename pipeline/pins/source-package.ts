import { compareCodeUnits } from '../core/json.ts';
import type { PackageControl } from '../trees/deb.ts';
import { fieldOf } from './package-index.ts';

/** What a binary package was made of: what advisories name. */
export interface SourceOrigin {
  readonly source: { readonly name: string; readonly version: string };
  /** `source=version` of everything else whose code is in it, sorted: Go programs are linked statically. */
  readonly builtUsing: readonly string[];
}

/**
 * Reads a package's control file: `Source` (without a version where that is the package's own; absent where the name is too), `Built-Using`
 * and `Static-Built-Using` (Debian policy 5.6.1, 7.8; deb-control(5)).
 */
export function sourceOf(stanza: string): SourceOrigin {
  const [name = fieldOf(stanza, 'Package') ?? '', version = fieldOf(stanza, 'Version') ?? ''] =
    nameAndVersion(fieldOf(stanza, 'Source') ?? '') ?? [];
  const using = ['Built-Using', 'Static-Built-Using'].flatMap((field) => (fieldOf(stanza, field) ?? '').split(','));
  const builtUsing = using.flatMap((entry) => nameAndVersion(entry)?.join('=') ?? []);
  return { source: { name, version }, builtUsing: [...new Set(builtUsing)].sort(compareCodeUnits) };
}

/** The same of the JSON that unpacking a package leaves (`PackageControl`). */
export function sourceInControl(json: string): SourceOrigin {
  return sourceOf((JSON.parse(json) as PackageControl).stanza);
}

/** `glibc (= 2.41-12)`, `glibc (2.41-12)` or `glibc`. */
function nameAndVersion(text: string): [name: string, version?: string] | undefined {
  const [, name, version] = /^\s*([^\s()]+)\s*(?:\(=?\s*([^\s()]+)\s*\))?\s*$/.exec(text) ?? [];
  return name === undefined ? undefined : version === undefined ? [name] : [name, version];
}
