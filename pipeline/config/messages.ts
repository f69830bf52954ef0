import type { Failure, Place } from '../core/failure.ts';
import { quoted } from '../core/quoted.ts';

function wrong(place: Place, message: string, hint: string): Failure {
  return { kind: 'configuration', message, place, hint };
}

function beginOf(file: string): Place {
  return { file, line: 1, column: 1 };
}

// Files of the project.

export function fileTooLarge(file: string, size: number, most: number): Failure {
  return wrong({ file }, `The file has ${size} bytes; more than ${most} are not read.`, 'Split it.');
}

export function notAFile(file: string, isDirectory: boolean): Failure {
  return wrong(
    { file },
    isDirectory ? 'This is a directory and not a file.' : 'This is not a file.',
    'Put a file of this name there.',
  );
}

export function fileUnreadable(file: string, evidence: string): Failure {
  return {
    ...wrong({ file }, 'The file cannot be read.', 'Add it, or give this user the right to read it.'),
    evidence,
  };
}

export function keyTwice(place: Place): Failure {
  return wrong(place, 'The same key stands here twice.', 'Take one of the two out.');
}

/** `trouble` is what the parser says, without a full stop. */
export function notYaml(place: Place, trouble: string): Failure {
  return wrong(place, `This is not YAML: ${trouble}.`, 'Correct this line or the one above it.');
}

// Values that a schema does not allow. A path is that of the keys to a value; an empty one is the file itself.

type KeyPath = readonly (string | number)[];

export function keyUnknown(
  place: Place,
  key: string,
  {
    inside,
    known,
    near,
  }: { readonly inside: KeyPath; readonly known: readonly string[]; readonly near: string | undefined },
): Failure {
  return wrong(
    place,
    `${quoted(key)} is not known ${inside.length === 0 ? 'at the top of the file' : `in ${nameOf(inside)}`}.`,
    near === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean ${quoted(near)}?`,
  );
}

export function keyMissing(place: Place, key: string, inside: KeyPath): Failure {
  return wrong(place, `${capital(nameOf(inside))} lacks ${quoted(key)}.`, `Add the key ${key}.`);
}

/** `wanted` is what the schema's description or type says. */
export function typeWrong(
  place: Place,
  path: KeyPath,
  { wanted, seen }: { readonly wanted: string; readonly seen: unknown },
): Failure {
  return wrong(place, `${capital(nameOf(path))} must be ${wanted}, not ${shown(seen)}.`, 'Correct the value.');
}

export function valueNotAllowed(
  place: Place,
  path: KeyPath,
  {
    allowed,
    seen,
    near,
  }: { readonly allowed: readonly string[]; readonly seen: unknown; readonly near: string | undefined },
): Failure {
  return wrong(
    place,
    `${capital(nameOf(path))} must be one of ${allowed.join(', ')}, not ${shown(seen)}.`,
    near === undefined ? 'Write one of these.' : `Did you mean ${quoted(near)}?`,
  );
}

export function formWrong(place: Place, seen: unknown, wanted: string): Failure {
  return wrong(place, `${shown(seen)} is not ${wanted}.`, 'Correct the value.');
}

export function nameUnfit(place: Place, name: string, inside: KeyPath): Failure {
  return wrong(place, `${quoted(name)} is not a fit name in ${nameOf(inside)}.`, 'Rename it.');
}

export function valueEmpty(place: Place, path: KeyPath): Failure {
  return wrong(place, `${capital(nameOf(path))} must not be empty.`, 'Give it a value, or take the key out.');
}

export function itemTwice(place: Place, path: KeyPath): Failure {
  return wrong(place, `${capital(nameOf(path))} names the same thing twice.`, 'Take one of the two out.');
}

/** For rules of a schema that no other sentence is about; `wanted` is the schema's description or the word of the rule. */
export function valueWrong(place: Place, path: KeyPath, wanted: string): Failure {
  return wrong(place, `${capital(nameOf(path))} is not ${wanted}.`, 'Correct the value.');
}

function nameOf(path: KeyPath): string {
  if (path.length === 0) return 'the file';
  const last = path.at(-1);
  if (typeof last === 'number') return `item ${last + 1} of ${nameOf(path.slice(0, -1))}`;
  return quoted(path.map(String).join('.'));
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? quoted(value.length > 80 ? `${value.slice(0, 77)}…` : value) : String(value);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

// The cloud-config that a build bakes in.

export function cloudConfigUnreadable(file: string, evidence: string): Failure {
  return {
    ...wrong(
      { file },
      'The cloud-config to bake in cannot be read.',
      'Name a file that this user may read with --cloud-config.',
    ),
    evidence,
  };
}

export function cloudConfigTooLarge(file: string, size: number, most: number): Failure {
  return wrong(
    beginOf(file),
    `This file has ${size} bytes; a machine reads no cloud-config of more than ${most}.`,
    'Let the machine fetch large files itself, in runcmd.',
  );
}

export function cloudConfigNotText(file: string): Failure {
  return wrong(beginOf(file), 'This file is not text in UTF-8.', 'Save it as UTF-8, without compression.');
}

export function cloudConfigEmpty(file: string): Failure {
  return wrong(beginOf(file), 'Nothing stands in this cloud-config.', 'Leave out --cloud-config to build without one.');
}

export function scriptForCloudConfig(file: string): Failure {
  return wrong(
    beginOf(file),
    'This is a script, and only a cloud-config can be baked in.',
    'Name its commands in runcmd.',
  );
}

export function composeFileForCloudConfig(file: string): Failure {
  return wrong(
    beginOf(file),
    'This is a Compose file, and only a cloud-config can be baked in.',
    'Put its services below rancher.services.',
  );
}

/** Other kinds of user-data, in the words of the machine that would refuse them. */
export function foreignUserData(file: string, problem: MachineProblem): Failure {
  return wrong(beginOf(file), problem.message, 'Only a cloud-config can be baked in.');
}

/** What the machine's own check of a cloud-config found. */
interface MachineProblem {
  readonly message: string;
  readonly hint?: string | undefined;
}

/** The machine says what becomes of a mistake, “it is left out”; here it becomes nothing. */
export function cloudConfigMistake(place: Place, { message, hint }: MachineProblem): Failure {
  const sentence = message
    .replace(/; it is left out\.$/, '.')
    .replace(/ is not known and has no effect\.$/, ' is not known.');
  return { kind: 'configuration', message: sentence, place, hint };
}

// Services of the release.

export function serviceWithoutScope(place: Place, service: string): Failure {
  return wrong(
    place,
    `The service ${quoted(service)} has no label io.rancher.os.scope.`,
    'Say "system", or "user" for a container of the user\'s Docker.',
  );
}

export function noSuchService(place: Place, service: string, near: string | undefined): Failure {
  return wrong(
    place,
    `There is no service ${quoted(service)}.`,
    near === undefined ? 'Name a service that is defined below overlays/.' : `Did you mean ${quoted(near)}?`,
  );
}

/** A project's service would take the place of another one. */
export function serviceNameTaken(place: Place, service: string, file: string): Failure {
  return wrong(place, `The service ${quoted(service)} exists already, in ${file}.`, 'Give it another name.');
}

export function noSuchImage(place: Place, image: string, known: readonly string[]): Failure {
  return wrong(place, `The release has no image ${quoted(image)}.`, `It has: ${known.join(', ')}.`);
}

/** `wanted` is where it could lie. */
export function noSuchScript(place: Place, script: string, wanted: string): Failure {
  return wrong(place, `There is no script ${script}.`, `Write ${wanted}.`);
}

export function scriptNotExecutable(file: string): Failure {
  return wrong({ file }, 'This script of a service is not executable.', `Run \`chmod +x ${file}\`.`);
}

/** The first name is the last one too. */
export function servicesInCircle(place: Place, names: readonly string[]): Failure {
  return wrong(
    place,
    `The services ${names.map(quoted).join(' after ')} wait for each other.`,
    'Take one of them out of io.rancher.os.after or io.rancher.os.before of another.',
  );
}
