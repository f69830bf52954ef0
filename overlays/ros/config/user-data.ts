import { exceeds } from '../runtime/byte-length.ts';
import type { System } from '../runtime/system.ts';
import { MAX_CHARACTERS } from './document.ts';
import { readPacked } from './files.ts';
import type { Problem } from './problem.ts';
import { type ReadConfig, readCloudConfig, readCompose } from './read.ts';

/** The kinds of user-data. A text that cannot be used has a message. */
export type UserData =
  | { readonly kind: 'none' }
  | ({ readonly kind: 'cloud-config'; readonly text: string } & ReadConfig)
  | ({ readonly kind: 'compose'; readonly text: string } & ReadConfig)
  | { readonly kind: 'script'; readonly text: string }
  | {
      readonly kind: 'refused';
      readonly problem: Problem;
      /** It says of itself that it is something else. */
      readonly isForeign: boolean;
    };

/** User-data of other systems that RancherOS has never understood, by its beginning. */
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [
    /^(From \S[^\n]*\n)?(mime-version|content-type):/i,
    'It has several parts (MIME). RancherOS takes one: put everything into one #cloud-config.',
  ],
  [/^#include/, 'It includes other files. Name them in rancher.cloud_init.datasources, as url:URL.'],
  [/^#cloud-boothook/, 'It is a boothook. Use bootcmd in a #cloud-config.'],
  [/^#cloud-config-archive/, 'It is an archive of several parts. Put everything into one #cloud-config.'],
  [/^#upstart-job/, 'It is a job for upstart. Use rancher.services in a #cloud-config.'],
  [/^## template:/, 'It is a template. Templates are not filled in: give the result.'],
  [/^\s*\{\s*"ignition"/, 'It is a configuration for Ignition. Write a #cloud-config.'],
  [/^<(powershell|script)>/i, 'It is a script for Windows.'],
];

/** The first line of a cloud-config as people write it: behind empty lines, with a blank or capitals in it, with a comment. */
const ALMOST = /^(\s*\n)?#[ \t]*cloud-config[ \t]*(#[^\n]*)?(\n|$)/i;

/** Determines the kind of user-data by its first line. */
export function readUserData(given: string, file: string): UserData {
  const text = given.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  if (text.trim() === '') return { kind: 'none' };
  const refused = (message: string, isForeign = false): UserData => ({
    kind: 'refused',
    isForeign,
    problem: { severity: 'error', file, line: 1, column: 1, path: [], message },
  });
  if (exceeds(text, MAX_CHARACTERS)) return refused(`User-data of more than ${MAX_CHARACTERS} bytes is not read.`);
  const head = text.slice(0, text.indexOf('\n') === -1 ? undefined : text.indexOf('\n')).trimEnd();
  if (head.startsWith('#!')) return { kind: 'script', text };
  if (head === '#cloud-config') return { kind: 'cloud-config', text, ...readCloudConfig(text, file) };
  if (ALMOST.test(text)) {
    const { problems, ...read } = readCloudConfig(text, file);
    const message = 'The first line should be #cloud-config and nothing else; cloud-init takes no other.';
    return {
      kind: 'cloud-config',
      text,
      ...read,
      problems: [{ severity: 'warning', file, line: 1, column: 1, path: [], message }, ...problems],
    };
  }
  if (head === '#compose') return { kind: 'compose', text, ...readCompose(text, file) };
  const foreign = FOREIGN.find(([pattern]) => pattern.test(text));
  if (foreign !== undefined) return refused(`This user-data cannot be used. ${foreign[1]}`, true);
  return refused(
    'This user-data cannot be used. Its first line must be #cloud-config, #compose or that of a script, #!/bin/sh.',
  );
}

/** User-data in a file, as text or packed by gzip. */
export function readUserDataFile(system: System, path: string): UserData {
  const text = readPacked(system, path, MAX_CHARACTERS + 1);
  return text === undefined ? { kind: 'none' } : readUserData(text, path);
}
