import { Binary } from './binary.ts';
import { hintElsewhere } from './known-elsewhere.ts';
import type { LostBelow } from './lost-keys.ts';
import { isTree } from './merge.ts';
import { nearestName } from './nearest-name.ts';
import { type Finding, nameOf, type Path } from './problem.ts';
import { CLOUD_CONFIG } from './schema.ts';
import type { Schema, SchemaType } from './schema-words.ts';

/** The part of a value that fits a schema, and why the rest does not. */
export interface Fitted {
  /** Undefined where nothing is left. */
  readonly value: unknown;
  readonly findings: readonly Finding[];
  /** Mappings that were left out as a whole, because their restricting key does not fit. */
  readonly refused: readonly Path[];
}

/** The text of a scalar as it was written, where that is known: `0644`, not 644. */
export type SourceOf = (path: Path) => string | undefined;

/**
 * Keeps what fits and leaves out the smallest part that does not: a key, or an item of a list. Values that only look like another type are
 * converted: a number where text is wanted is the text as written, `yes` is true where a boolean is wanted. Keys without a value count as not set.
 * It interprets the schema instead of being generated from it, as ajv's standalone code would be: that is 87 KB, which every `ros` would parse at
 * its start. A test compares its verdicts with ajv's.
 */
export function fit(
  schema: Schema,
  value: unknown,
  sourceOf: SourceOf = () => undefined,
  lostBelow: LostBelow = () => [],
): Fitted {
  const findings: Finding[] = [];
  const refused: Path[] = [];
  const context: Context = {
    sourceOf,
    lostBelow,
    findings,
    refused,
    add: (finding) => findings.push(finding),
    isUsual: () => findings.length < MOST_HINTS,
  };
  return { value: keep(schema, value, [], context), findings, refused };
}

/** The limit on messages. Looking for the nearest of many names thousands of times would take a slow machine minutes. */
const MOST_HINTS = 100;

interface Context {
  readonly sourceOf: SourceOf;
  readonly lostBelow: LostBelow;
  /** Whether there are so few findings that each is worth a hint. */
  readonly isUsual: () => boolean;
  readonly findings: Finding[];
  readonly refused: Path[];
  add(finding: Finding): void;
}

function keep(schema: Schema, given: unknown, path: Path, context: Context): unknown {
  const types = typesOf(schema);
  if (given === null && types.includes('null')) return null;
  if (given === null || given === undefined) return undefined;
  const value = understood(types, given, path, context);
  const type = typeName(value);
  if (!types.some((each) => each === type)) {
    const named = types.filter((each) => each !== 'null').map((each) => TYPE_NAMES[each]);
    const wanted = schema.title ?? named.join(' or ');
    return drop(schema, path, context, `must be ${wanted}, not ${shown(given, path)}`);
  }
  if (schema.deprecated) {
    context.add({
      severity: 'warning',
      path,
      message: `${capital(nameOf(path))} has no effect.`,
      ...(schema.description === undefined ? {} : { hint: schema.description }),
    });
  }
  if (Array.isArray(value)) return keepItems(schema, value, path, context, value !== given);
  if (type === 'object') return keepKeys(schema, value as object, path, context);
  return keepScalar(schema, value, path, context);
}

function keepScalar(schema: Schema, value: unknown, path: Path, context: Context): unknown {
  if (typeof value === 'string') {
    const lower = value.toLowerCase();
    if (schema.enum?.includes(value) === false && schema.enum.includes(lower)) return lower;
    if (schema.enum !== undefined && !schema.enum.includes(value)) {
      const near = nearestName(value, context.isUsual() ? schema.enum : []);
      const allowed = schema.enum.map((each) => (each === '' ? '“”' : each)).join(', ');
      const hint = near === undefined ? '' : `; did you mean “${near}”`;
      return drop(schema, path, context, `must be one of ${allowed}, not ${shown(value, path)}${hint}`);
    }
    // Empty text where a pattern is wanted is a value that was not filled in.
    if (schema.pattern !== undefined && value === '') return undefined;
    if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) {
      return drop(schema, path, context, `must be ${schema.title ?? schema.pattern}, not ${shown(value, path)}`);
    }
  }
  if (typeof value === 'number') {
    const { minimum, maximum } = schema;
    if (minimum !== undefined && value < minimum) {
      return drop(schema, path, context, `must be at least ${minimum}, not ${value}`);
    }
    if (maximum !== undefined && value > maximum) {
      return drop(schema, path, context, `must be at most ${maximum}, not ${value}`);
    }
  }
  return value;
}

/** `isOne`: a single value that stands for a list, and in the list's place. */
function keepItems(schema: Schema, list: readonly unknown[], path: Path, context: Context, isOne: boolean): unknown {
  const { items, minItems = 0, maxItems = Number.POSITIVE_INFINITY } = schema;
  // Where each place has its meaning (mounts), nothing is empty text, as in RancherOS 1.
  const isText = maxItems !== Number.POSITIVE_INFINITY && items?.type === 'string';
  const kept = list
    .map((item) => (item === null && isText ? '' : item))
    .map((item, index) => (items === undefined ? item : keep(items, item, isOne ? path : [...path, index], context)))
    .filter((item) => item !== undefined);
  if (kept.length < minItems || kept.length > maxItems) {
    const wanted = schema.title ?? `a list of ${minItems} or more`;
    return drop(schema, path, context, `must be ${wanted}, not a list of ${kept.length}`);
  }
  return kept;
}

function keepKeys(schema: Schema, value: object, path: Path, context: Context): unknown {
  const kept: [string, unknown][] = [];
  let isOpen = false;
  for (const [key, given] of Object.entries(value)) {
    const known = schemaOf(schema, key);
    const here = [...path, key];
    if (known === undefined) {
      context.add(unknownKey(schema, here, context.isUsual()));
      continue;
    }
    const before = context.findings.length;
    const item = keep(known, given, here, context);
    const isWrong = context.findings.slice(before).some(({ severity }) => severity === 'error');
    if (isWrong && known.closed !== undefined) {
      tellOutcome(context, before, asClosed(known.closed));
      kept.push([key, known.closed]);
    } else if (isWrong && known.restricts) {
      tellOutcome(context, before, withItAll(path));
      isOpen = true;
    } else if (item !== undefined) kept.push([key, item]);
  }
  for (const key of lostBelow(schema, path, context)) {
    const closed = key === undefined ? undefined : schemaOf(schema, key)?.closed;
    const error = (message: string) => context.add({ severity: 'error', path, message: `${capital(message)}.` });
    if (key !== undefined && closed !== undefined) {
      error(`${nameOf([...path, key])} cannot be read; ${asClosed(closed)}`);
      kept.push([key, closed]);
    } else if (!isOpen) {
      error(withItAll(path));
      isOpen = true;
    }
  }
  const missing = (schema.required ?? []).filter((key) => !kept.some(([each]) => each === key));
  // A given value that did not fit has been reported already.
  if (missing.some((key) => Object.hasOwn(value, key))) return undefined;
  if (missing.length > 0) {
    return drop(schema, path, context, `lacks ${missing.map((key) => `“${key}”`).join(' and ')}`);
  }
  if (!isOpen) return Object.fromEntries(kept);
  context.refused.push(path);
  return undefined;
}

/** The keys that could not be read and restrict something; undefined: one of which it is not known. */
function lostBelow(schema: Schema, path: Path, { lostBelow }: Context): readonly (string | undefined)[] {
  const known = Object.values(schema.properties ?? {});
  const isRestricted = known.some(({ restricts }) => restricts === true);
  if (!isRestricted && known.every(({ closed }) => closed === undefined)) return [];
  return lostBelow(path).filter((key) => {
    const lost = key === undefined ? undefined : schemaOf(schema, key);
    return lost === undefined ? isRestricted : lost.restricts === true || lost.closed !== undefined;
  });
}

/** Adds to the findings from `from` on what becomes of the part in which something would be left out. */
function tellOutcome({ findings }: Context, from: number, outcome: string): void {
  for (let index = from; index < findings.length; index += 1) {
    const finding = findings[index];
    if (finding !== undefined)
      findings[index] = { ...finding, message: finding.message.replace(/; it is left out\.$/, `; ${outcome}.`) };
  }
}

const withItAll = (path: Path): string =>
  `${nameOf(path)} is left out as a whole, since without it that would be open to more than it is meant to`;

const asClosed = (closed: NonNullable<Schema['closed']>): string =>
  `until that is right it counts as ${typeof closed === 'object' ? closed.join(', ') : String(closed)}`;

/** The schema of a key of a mapping; undefined for an unknown key. */
export function schemaOf(schema: Schema, key: string): Schema | undefined {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  return schema.additionalProperties === false ? undefined : schema.additionalProperties;
}

export function typesOf(schema: Schema): readonly SchemaType[] {
  return typeof schema.type === 'string' ? [schema.type] : schema.type;
}

export function unknownKey(schema: Schema, path: Path, hasHint = true): Finding {
  const known = hasHint ? Object.keys(schema.properties ?? {}) : [];
  const elsewhere = hasHint ? hintElsewhere(path, CLOUD_CONFIG) : undefined;
  const near = elsewhere === undefined ? nearestName(String(path.at(-1)), known) : undefined;
  const hint = near === undefined ? elsewhere : `Did you mean “${near}”?`;
  return {
    severity: 'warning',
    path,
    message: `${capital(nameOf(path))} is not known and has no effect.`,
    ...(hint === undefined ? {} : { hint }),
  };
}

function drop(schema: Schema, path: Path, context: Context, error: string): undefined {
  context.add({
    severity: 'error',
    path,
    message: `${capital(nameOf(path))} ${error}${path.length === 0 ? '' : '; it is left out'}.`,
    ...(schema.description === undefined || path.length === 0 ? {} : { hint: `It is for: ${schema.description}` }),
  });
  return undefined;
}

const YES = /^(true|yes|on|y)$/i;
const NO = /^(false|no|off|n)$/i;

function understood(types: readonly SchemaType[], value: unknown, path: Path, context: Context): unknown {
  if (types.some((type) => type === typeName(value))) return value;
  if (value instanceof Binary) return types.includes('string') ? (value.text ?? value) : value;
  // One text where a list is wanted is a list of one.
  if (typeof value === 'string' && types.includes('array') && !types.includes('string')) return [value];
  if (types.includes('string') && (typeof value === 'number' || typeof value === 'boolean')) {
    return context.sourceOf(path) ?? String(value);
  }
  if (typeof value !== 'string') return value;
  if (types.includes('boolean') && YES.test(value)) return true;
  if (types.includes('boolean') && NO.test(value)) return false;
  if (types.includes('integer') && /^-?[0-9]{1,15}$/.test(value)) return Number(value);
  return value;
}

const TYPE_NAMES = {
  string: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys to values',
  null: 'nothing',
} as const;

function typeName(value: unknown): SchemaType | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value as 'string' | 'boolean';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : undefined;
  if (Array.isArray(value)) return 'array';
  return isTree(value) && !(value instanceof Binary) ? 'object' : undefined;
}

const SECRET = /(^|_)(password|passwds?|psk|pin|key|auth|[a-z]*token)$|^keys$/;

/** Whether the value of a key of this name must not stand in a log, nor in a file that everybody may fetch. */
export function isSecretKey(name: string): boolean {
  return SECRET.test(name.toLowerCase());
}

function shown(value: unknown, path: Path): string {
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Binary) return 'bytes that are no text';
  if (typeof value === 'object') return 'a mapping';
  if (path.some((step) => typeof step === 'string' && isSecretKey(step))) return 'what stands there';
  if (typeof value !== 'string') return String(value);
  return `“${value.length > 60 ? `${value.slice(0, 57)}…` : value}”`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
