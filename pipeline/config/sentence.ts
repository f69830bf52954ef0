import type { ErrorObject } from 'ajv';
import { nearestName } from './nearest-name.ts';

/** A schema error in our words: a sentence, the path of keys to what is wrong, and what was probably meant. */
export interface Explanation {
  readonly message: string;
  readonly path: readonly (string | number)[];
  readonly hint?: string;
}

/** Turns one ajv error (made with `verbose`) into a sentence for a person who does not know JSON Schema. */
export function explain(error: ErrorObject): Explanation {
  const path = pathOf(error.instancePath);
  const what = nameOf(path);
  const wanted = descriptionOf(error.parentSchema);
  const param = (name: string): unknown => (error.params as { readonly [key: string]: unknown })[name];
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(param('additionalProperty'));
      const known = keysOf(error.parentSchema);
      const near = nearestName(key, known);
      return {
        message: `${quote(key)} is not known ${path.length === 0 ? 'at the top of the file' : `in ${what}`}.`,
        path: [...path, key],
        hint: near === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean ${quote(near)}?`,
      };
    }
    case 'required':
      return {
        message: `${capital(path.length === 0 ? 'the file' : what)} lacks ${quote(String(param('missingProperty')))}.`,
        path,
      };
    case 'type':
      return {
        message: `${capital(what)} must be ${wanted ?? typeName(param('type'))}, not ${shown(error.data)}.`,
        path,
      };
    case 'enum': {
      const allowed = (param('allowedValues') as readonly unknown[]).map(String);
      const near = typeof error.data === 'string' ? nearestName(error.data, allowed) : undefined;
      return {
        message: `${capital(what)} must be one of ${allowed.join(', ')}, not ${shown(error.data)}.`,
        path,
        ...(near === undefined ? {} : { hint: `Did you mean ${quote(near)}?` }),
      };
    }
    case 'const':
      return { message: `${capital(what)} must be ${shown(param('allowedValue'))}, not ${shown(error.data)}.`, path };
    case 'pattern':
      return { message: `${shown(error.data)} is not ${wanted ?? `of the form ${String(param('pattern'))}`}.`, path };
    case 'propertyNames':
      return {
        message: `${quote(String(param('propertyName')))} is not a fit name in ${what}.`,
        path: [...path, String(param('propertyName'))],
      };
    case 'minItems':
    case 'minLength':
    case 'minProperties':
      return { message: `${capital(what)} must not be empty.`, path };
    case 'uniqueItems':
      return {
        message: `${capital(what)} names the same thing twice.`,
        path: [...path, Math.max(Number(param('i')), Number(param('j')))],
      };
    default:
      return { message: `${capital(what)} is not ${wanted ?? `what is wanted here (${error.keyword})`}.`, path };
  }
}

/** Splits a JSON pointer; digits are list positions, which no key of our files looks like. */
function pathOf(pointer: string): readonly (string | number)[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function nameOf(path: readonly (string | number)[]): string {
  if (path.length === 0) return 'the file';
  const last = path.at(-1);
  if (typeof last === 'number') return `item ${last + 1} of ${nameOf(path.slice(0, -1))}`;
  return quote(path.map(String).join('.'));
}

function keysOf(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return [];
  return Object.keys(schema.properties as object).sort();
}

function descriptionOf(schema: unknown): string | undefined {
  if (typeof schema !== 'object' || schema === null || !('description' in schema)) return undefined;
  return String(schema.description);
}

function typeName(type: unknown): string {
  switch (type) {
    case 'object':
      return 'a mapping of keys to values';
    case 'array':
      return 'a list';
    case 'string':
      return 'text (quote it if it looks like a number)';
    case 'integer':
      return 'a whole number';
    case 'boolean':
      return 'true or false';
    default:
      return String(type);
  }
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'string' ? quote(value.length > 80 ? `${value.slice(0, 77)}…` : value) : String(value);
}

function quote(text: string): string {
  return `“${text}”`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
