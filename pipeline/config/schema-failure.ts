import type { ErrorObject } from 'ajv';
import type { Failure, Place } from '../core/failure.ts';
import * as messages from './messages.ts';
import { nearestName } from './nearest-name.ts';

/** Turns one ajv error (made with `verbose`) into a failure for a person who does not know JSON Schema. `placeOf` finds the value at a path of keys. */
export function schemaFailure(error: ErrorObject, placeOf: (path: readonly (string | number)[]) => Place): Failure {
  const path = pathOf(error.instancePath);
  const wanted = descriptionOf(error.parentSchema);
  const seen: unknown = error.data;
  const param = (name: string): unknown => (error.params as { readonly [key: string]: unknown })[name];
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(param('additionalProperty'));
      const known = keysOf(error.parentSchema);
      return messages.keyUnknown(placeOf([...path, key]), key, { inside: path, known, near: nearestName(key, known) });
    }
    case 'required':
      return messages.keyMissing(placeOf(path), String(param('missingProperty')), path);
    case 'type':
      return messages.typeWrong(placeOf(path), path, { wanted: wanted ?? typeName(param('type')), seen });
    case 'enum': {
      const allowed = (param('allowedValues') as readonly unknown[]).map(String);
      const near = typeof seen === 'string' ? nearestName(seen, allowed) : undefined;
      return messages.valueNotAllowed(placeOf(path), path, { allowed, seen, near });
    }
    case 'pattern':
      return messages.formWrong(placeOf(path), seen, wanted ?? `of the form ${String(param('pattern'))}`);
    case 'propertyNames': {
      const name = String(param('propertyName'));
      return messages.nameUnfit(placeOf([...path, name]), name, path);
    }
    case 'minItems':
    case 'minLength':
    case 'minProperties':
      return messages.valueEmpty(placeOf(path), path);
    case 'uniqueItems':
      return messages.itemTwice(placeOf([...path, Math.max(Number(param('i')), Number(param('j')))]), path);
    default:
      return messages.valueWrong(placeOf(path), path, wanted ?? `what is wanted here (${error.keyword})`);
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
