import type { Digest } from '../core/digest.ts';
import type { Failure, Place } from '../core/failure.ts';
import { quoted } from '../core/quoted.ts';
import type { Arch } from '../core/step.ts';
import type { Attempt } from '../fetch/source-health.ts';
import { attemptsText, kindOf } from '../fetch/verified-download.ts';

const UPDATE = 'Run `npm run pins -- update`.';
const REQUEST = { file: 'targets/packages.yaml' };
const SCRIPTS = { file: 'targets/scripts.yaml' };
const LOCK = { file: 'targets/packages.lock.json' };

// The lock.

export function noLock(file: string): Failure {
  return {
    kind: 'configuration',
    message: 'There is no lock of packages, or it has an older form.',
    place: { file },
    hint: UPDATE,
  };
}

function lockDamaged(file: string, evidence: string): Failure {
  return {
    kind: 'configuration',
    message: 'The lock file is damaged.',
    place: { file },
    evidence,
    hint: 'Take it from version control again, or write it anew with `npm run pins -- update`.',
  };
}

/** `trouble` is what the parser says. */
export function lockNotJson(file: string, trouble: string): Failure {
  return lockDamaged(file, trouble);
}

export function lockWithoutVersion(file: string): Failure {
  return lockDamaged(file, 'no version');
}

export function lockWithoutDigest(file: string, key: string): Failure {
  return lockDamaged(file, `${key} has no digest`);
}

export function lockWithoutPackage(file: string, set: string, key: string): Failure {
  return lockDamaged(file, `the set ${quoted(set)} names ${key}, which is not locked`);
}

export function setNotLocked(set: string, arch: Arch, known: readonly string[]): Failure {
  return {
    kind: 'configuration',
    message: `The lock has no package set ${quoted(set)} for ${arch}.`,
    place: LOCK,
    hint: `Known: ${known.join(', ') || 'none'}. A new set is added to targets/packages.yaml and locked by \`npm run pins -- update\`.`,
  };
}

/** `set` names its architecture too. */
export function setLockedOtherwise(set: string, lock: string): Failure {
  return {
    kind: 'configuration',
    message: `The set ${set} is not locked as targets/packages.yaml asks for it.`,
    place: { file: lock },
    hint: UPDATE,
  };
}

// Sets and their packages.

export function setsInCircle(place: Place, names: readonly string[]): Failure {
  return {
    kind: 'configuration',
    message: `The sets ${names.map(quoted).join(' above ')} go round in a circle.`,
    place,
    hint: 'Take one of them out of the list `above` of another.',
  };
}

export function noSuchSet(place: Place, name: string, known: readonly string[], near: string | undefined): Failure {
  return {
    kind: 'configuration',
    message: `There is no set ${quoted(name)}.`,
    place,
    hint: near === undefined ? `There are: ${known.join(', ')}.` : `Did you mean ${quoted(near)}?`,
  };
}

/** What is wrong in a set, before it is known in which. */
type Trouble = Pick<Failure, 'message'> & { readonly hint: string };

/** A trouble of a set, with the set and its place. */
export function inSet(place: Place, set: { readonly name: string; readonly arch: Arch }, trouble: Trouble): Failure {
  const { message, hint } = trouble;
  return { kind: 'configuration', message: `${set.name} (${set.arch}): ${message}`, place, hint };
}

export function notInArchives(name: string, near: string | undefined): Trouble {
  return {
    message: `The archives have no package ${name}.`,
    hint: near === undefined ? 'Correct the name, or add an archive that has it.' : `Did you mean ${near}?`,
  };
}

export function standsForNone(metapackage: string): Trouble {
  return { message: `${metapackage} stands for no other package.`, hint: 'Name a package that depends on another.' };
}

/** `by` is a package with its version; `dependency` is as a control file has it. */
export function dependencyNotInArchives(by: string, dependency: string): Trouble {
  return {
    message: `${by} needs ${dependency}, which the archives do not have.`,
    hint: 'Exclude it, or add an archive that has it.',
  };
}

export function askedForAndExcluded(name: string): Trouble {
  return { message: `${name} is both asked for and excluded.`, hint: 'Take it out of one of the two lists.' };
}

/** Packages with their versions; `relation` is as a control file has it. */
export function packagesConflict(one: string, other: string, relation: string): Trouble {
  return {
    message: `${one} cannot live beside ${other}: it conflicts with ${relation}.`,
    hint: 'Take one of the two out, or exclude the one that only a dependency brings in.',
  };
}

// What a person asks for.

export function noSetToAddTo(place: Place, set: string, known: readonly string[], near: string | undefined): Failure {
  return {
    kind: 'usage',
    message: `There is no set ${quoted(set)}.`,
    place,
    hint: `${near === undefined ? '' : `Did you mean ${quoted(near)}? `}Sets: ${known.join(', ')}.`,
  };
}

export function notLocked(name: string, near: string | undefined): Failure {
  return {
    kind: 'usage',
    message: `No package of the lock has the name ${quoted(name)}.`,
    hint: `${near === undefined ? '' : `Did you mean ${quoted(near)}? `}A new package comes in by \`npm run pins -- add ${name}\`.`,
  };
}

// Maintainer scripts.

export function neitherNothingNorEffects(place: Place, name: string): Failure {
  return {
    kind: 'configuration',
    message: `${quoted(name)} must have either "nothing" or "effects", "users" and "groups".`,
    place,
    hint: 'Say in "nothing" why none of its scripts is needed, or name what they do in "effects", and what accounts they make in "users" and "groups".',
  };
}

export function noSuchEffect(place: Place, effect: string, known: readonly string[]): Failure {
  return {
    kind: 'configuration',
    message: `${quoted(effect)} is no known effect.`,
    place,
    hint: `Known: ${known.join(', ')}.`,
  };
}

/** In a build: the scripts themselves are shown by an update. */
const productUpdate = (directory: string) =>
  `Run \`npm run pins -- update --project ${directory === '' ? '.' : directory}\`.`;

/** `lock` is the project's packages.lock.json; `directory` is the project's as a person named it. */
export function projectNotLocked(lock: string, directory: string): Failure {
  return {
    kind: 'configuration',
    message: 'The packages of the project are not locked yet.',
    place: { file: lock },
    hint: productUpdate(directory),
  };
}

export function projectLockedOtherwise(lock: string, arch: Arch, directory: string): Failure {
  return {
    kind: 'configuration',
    message: `The packages of the project (${arch}) are not locked as its rancheros.yaml asks for them.`,
    place: { file: lock },
    hint: productUpdate(directory),
  };
}

/** What lies below them is another than when they were chosen. */
export function releaseLockedAnew(lock: string, arch: Arch, directory: string): Failure {
  return {
    kind: 'configuration',
    message: `The packages of the project (${arch}) were chosen for another lock of the release.`,
    place: { file: lock },
    hint: productUpdate(directory),
  };
}

export function projectWithoutPackages(place: Place, directory: string): Failure {
  return {
    kind: 'usage',
    message: 'The project asks for no packages.',
    place,
    hint: `Add one: \`npm run pins -- add htop --project ${directory === '' ? '.' : directory}\`.`,
  };
}

export function scriptsNotAcknowledged(name: string, arch: Arch): Failure {
  return {
    kind: 'configuration',
    message: `The scripts of ${name} (${arch}) are not acknowledged.`,
    place: SCRIPTS,
    hint: `${UPDATE.slice(0, -1)}: it shows them.`,
  };
}

interface ScriptsToRead {
  readonly name: string;
  readonly arches: readonly Arch[];
  readonly digests: readonly Digest[];
}

export function scriptsNew(package_: ScriptsToRead, text: string): Failure {
  return {
    kind: 'configuration',
    message: `The scripts of ${package_.name} (${package_.arches.join(', ')}) are not acknowledged.`,
    place: SCRIPTS,
    evidence: text,
    hint: acknowledgeHint(package_),
  };
}

export function scriptsChanged(package_: ScriptsToRead, difference: string): Failure {
  return {
    kind: 'configuration',
    message: `The scripts of ${package_.name} (${package_.arches.join(', ')}) changed.`,
    place: SCRIPTS,
    evidence: difference,
    hint: acknowledgeHint(package_),
  };
}

/** Scripts that packages of several names have alike. */
export function scriptsShared(names: readonly string[], digest: Digest, text: string): Failure {
  return {
    kind: 'configuration',
    message: `The same scripts of ${names.join(', ')} are not acknowledged.`,
    place: SCRIPTS,
    evidence: text,
    hint: `Read it, and acknowledge it once, under \`scripts\`:\n  ${digest}:\n    nothing: # why nothing of it is needed; or, in place of this line, effects: [NAME] and a reason\n`,
  };
}

/** With an entry to be finished by a person: as it stands it is refused, so that nobody acknowledges a script by pasting. */
function acknowledgeHint({ name, digests }: ScriptsToRead): string {
  const scripts = digests.map((digest) => `      - ${digest}\n`).join('');
  return `Read it, and acknowledge it:\n  ${name}:\n    scripts:\n${scripts}    nothing: # why nothing of it is needed; or, in place of this line, effects: [NAME] and a reason\n`;
}

// Archives, their indexes and signatures.

export function keyringNotInArchives(place: Place, name: string): Failure {
  return {
    kind: 'configuration',
    message: `The archives have no package ${name}.`,
    place,
    hint: 'Name the package that holds the keys of the archives.',
  };
}

export function signedIndexNotFetched(archive: string, suite: string, attempts: readonly Attempt[]): Failure {
  return {
    kind: kindOf(attempts),
    message: `The signed index of ${archive} (${suite}) could not be fetched.`,
    evidence: attemptsText(attempts),
    hint: 'Name a Debian mirror with --mirror or RANCHEROS_DEBIAN_MIRROR.',
  };
}

export function componentMissing(archive: string, component: string, arch: Arch): Failure {
  return {
    kind: 'configuration',
    message: `The archive ${archive} has no packages of component ${quoted(component)} for ${arch}.`,
    place: REQUEST,
    hint: 'Correct the components of this archive.',
  };
}

/** `index` names archive, component and architecture. */
export function indexNotFetched(index: string, attempts: readonly Attempt[]): Failure {
  return {
    kind: kindOf(attempts),
    message: `The index ${index} could not be fetched.`,
    evidence: attemptsText(attempts),
    hint: 'The mirror may be in the middle of an update: try again in a few minutes.',
  };
}

export function signedIndexIncomplete(archive: string): Failure {
  return {
    kind: 'wrong-bytes',
    message: `The signed index of ${archive} lacks its codename or date.`,
    hint: 'Name another mirror with --mirror.',
  };
}

export function otherCodename(
  archive: string,
  { seen, wanted }: { readonly seen: string; readonly wanted: string },
): Failure {
  return {
    kind: 'wrong-bytes',
    message: `The mirror gave the index of ${seen} for ${archive}, where ${wanted} was asked for.`,
    place: REQUEST,
    hint: 'Name another mirror with --mirror, or correct the codename.',
  };
}

export function indexExpired(archive: string, validUntil: Date): Failure {
  return {
    kind: 'network',
    message: `The index of ${archive} expired on ${validUntil.toISOString()}.`,
    hint: "The mirror is no longer updated, or this machine's clock is wrong: name another with --mirror, or set the clock.",
  };
}

export function indexOlderThanLock(archive: string, date: Date, lock: Date): Failure {
  return {
    kind: 'network',
    message: `The index of ${archive} is of ${date.toISOString()}, older than the one that the lock came from (${lock.toISOString()}).`,
    hint: 'The mirror lags behind: name another with --mirror.',
  };
}

/** `what` is what was signed. */
export function signatureRefused(what: string, evidence: string): Failure {
  return {
    kind: 'wrong-bytes',
    message: `The signature of ${what} is not one of the Debian archive's.`,
    evidence,
    hint: 'Somebody or something changed the file on its way: name another mirror with --mirror.',
  };
}

export function keyringWithoutKeys(): Failure {
  return {
    kind: 'wrong-bytes',
    message: 'The keyring package holds no usr/share/keyrings/debian-archive-keyring.pgp.',
    place: REQUEST,
    hint: 'Pin a version of the keyring package that holds it.',
  };
}

export function keysNotThoseOfLock(file: string): Failure {
  return {
    kind: 'wrong-bytes',
    message: 'The archive keys are not the ones that the lock names.',
    place: { file },
    hint: 'Take the file from version control again; or remove it, and the keys come anew from the package that targets/packages.yaml pins.',
  };
}
