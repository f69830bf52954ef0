import type { Digest } from '../core/digest.ts';
import { canonicalJson, compareCodeUnits, type Json } from '../core/json.ts';
import type { PlannedInput, PlannedStep } from './planned-step.ts';

/** One thing in the key of a step that is not as it was. */
export interface KeyChange {
  readonly what:
    | 'package'
    | 'file'
    | 'download'
    /** Bytes that another step made. */
    | 'bytes'
    | 'tool-image'
    | 'writer-code'
    | 'option'
    | 'command'
    | 'epoch'
    | 'outputs';
  /** Of what: a package, a path, a step's title, the place of an option. */
  readonly name: string;
  /** As it was and as it is: versions, values or digests; undefined where there is none. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  /** Digests of inputs, where `before` and `after` say something else. */
  readonly digests?: readonly [before: Digest | undefined, after: Digest | undefined] | undefined;
  /** Title of the step whose bytes changed, or will be known only when it has run. */
  readonly step?: string | undefined;
  /** Whether the bytes are not known yet, because the step that makes them has not run. */
  readonly isUnknown?: boolean | undefined;
}

/** What differs between the keys of a step then and now. Nothing where the keys are equal. */
export function keyChanges(before: PlannedStep, after: PlannedStep): readonly KeyChange[] {
  if (before.key !== undefined && before.key === after.key) return [];
  return [
    ...inputChanges(before.inputs, after.inputs),
    ...imageChange(before.image, after.image),
    ...writerChanges(before.writer, after.writer),
    ...valueChanges('command', 'commands', before.commands, after.commands),
    ...valueChanges('epoch', 'epoch', before.epoch, after.epoch),
    ...valueChanges('outputs', 'outputs', before.outputs, after.outputs),
  ];
}

/** The step of an earlier plan that a step is compared with: the one of its kind and title that is most like it. */
export function counterpart(step: PlannedStep, earlier: readonly PlannedStep[]): PlannedStep | undefined {
  const alike = earlier.filter(({ title, kind }) => title === step.title && kind === step.kind);
  const rated = alike.map((each) => ({ each, changes: keyChanges(each, step).length }));
  return rated.sort((a, b) => a.changes - b.changes)[0]?.each;
}

function inputChanges(before: PlannedStep['inputs'], after: PlannedStep['inputs']): readonly KeyChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(compareCodeUnits);
  const changes: KeyChange[] = [];
  const gone = new Map<string, PlannedInput>();
  const come = new Map<string, PlannedInput>();
  for (const name of names) {
    const [was, is] = [before[name], after[name]];
    if (was && is && nameOf(was) === nameOf(is)) {
      const change = inputChange(was, is);
      if (change) changes.push(change);
      continue;
    }
    // Names of inputs may be positions: what moved is the same input.
    if (was) gone.set(nameOf(was), was);
    if (is) come.set(nameOf(is), is);
  }
  for (const [name, was] of gone) {
    const is = come.get(name);
    const change = is ? inputChange(was, is) : described(was, undefined);
    if (change) changes.push(change);
  }
  for (const [name, is] of come) if (!gone.has(name)) changes.push(described(undefined, is));
  return changes;
}

function inputChange(was: PlannedInput, is: PlannedInput): KeyChange | undefined {
  return was.digest !== undefined && was.digest === is.digest ? undefined : described(was, is);
}

/** What an input is, without its bytes. */
function nameOf(input: PlannedInput): string {
  switch (input.from) {
    case 'debian':
      return `debian ${input.name} ${input.arch}`;
    case 'url':
      return `url ${input.name}`;
    case 'repository':
      return `repository ${input.path}`;
    case 'step':
      return `step ${input.title} ${input.output}`;
  }
}

function described(was: PlannedInput | undefined, is: PlannedInput | undefined): KeyChange {
  const input = (is ?? was) as PlannedInput;
  const digests = [was?.digest, is?.digest] as const;
  switch (input.from) {
    case 'debian': {
      const version = (each: PlannedInput | undefined) => (each?.from === 'debian' ? each.version : undefined);
      return {
        what: 'package',
        name: `${input.name} (${input.arch})`,
        before: version(was),
        after: version(is),
        digests,
      };
    }
    case 'url':
      return { what: 'download', name: input.name, before: was?.digest, after: is?.digest };
    case 'repository':
      return { what: 'file', name: input.path, before: was?.digest, after: is?.digest, digests };
    case 'step': {
      const isUnknown = is?.from === 'step' && is.digest === undefined;
      return {
        what: 'bytes',
        name: `${input.title}: ${input.output}`,
        before: was?.digest,
        after: is?.digest,
        step: input.title,
        ...(isUnknown ? { isUnknown } : {}),
      };
    }
  }
}

function imageChange(was: PlannedInput | undefined, is: PlannedInput | undefined): readonly KeyChange[] {
  if (!was && !is) return [];
  if (was?.digest !== undefined && was.digest === is?.digest) return [];
  return [{ ...described(was, is), what: 'tool-image' }];
}

function writerChanges(was: PlannedStep['writer'], is: PlannedStep['writer']): readonly KeyChange[] {
  if (!was || !is) return valueChanges('option', 'writer', was?.name ?? null, is?.name ?? null);
  const code: readonly KeyChange[] =
    was.code === is.code ? [] : [{ what: 'writer-code', name: is.name, before: was.code, after: is.code }];
  return [...code, ...valueChanges('option', '', was.options, is.options)];
}

const SHOWN_VALUE = 200;

/** The leaves of two values that differ, each with its place. */
function valueChanges(
  what: KeyChange['what'],
  place: string,
  before: Json | undefined,
  after: Json | undefined,
): readonly KeyChange[] {
  if (canonicalJson(before ?? null) === canonicalJson(after ?? null)) return [];
  if (isRecord(before) && isRecord(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort(compareCodeUnits);
    return names.flatMap((name) =>
      valueChanges(what, place === '' ? name : `${place}.${name}`, before[name], after[name]),
    );
  }
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(what, place, before, after);
  return [{ what, name: place, before: shown(before), after: shown(after) }];
}

/** Elements that one list has and the other has not; where all are there, their order. */
function listChanges(
  what: KeyChange['what'],
  place: string,
  before: readonly Json[],
  after: readonly Json[],
): readonly KeyChange[] {
  if (before.length === after.length && before.some((each) => typeof each === 'object'))
    return before.flatMap((each, index) => valueChanges(what, `${place}[${index}]`, each, after[index]));
  const [was, is] = [new Set(before.map(canonicalJson)), new Set(after.map(canonicalJson))];
  const gone = before.filter((each) => !is.has(canonicalJson(each)));
  const come = after.filter((each) => !was.has(canonicalJson(each)));
  if (gone.length + come.length === 0) return [{ what, name: place, before: 'one order', after: 'another order' }];
  return [
    ...gone.map((each): KeyChange => ({ what, name: `${place}[]`, before: shown(each) })),
    ...come.map((each): KeyChange => ({ what, name: `${place}[]`, after: shown(each) })),
  ];
}

function isRecord(value: Json | undefined): value is { readonly [key: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: Json | undefined): string | undefined {
  if (value === undefined) return undefined;
  const text = canonicalJson(value);
  return text.length > SHOWN_VALUE ? `${text.slice(0, SHOWN_VALUE)}…` : text;
}
