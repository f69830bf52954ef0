import { BuildError } from '../core/failure.ts';
import type { Json } from '../core/json.ts';

/**
 * Small readers for a writer's options, which arrive as plain data. Each throws `configuration` with a sentence that names the
 * place, e.g. `options.modes[3].mode must be a whole number.`
 */
export interface Fields {
  readonly at: string;
  readonly value: { readonly [name: string]: Json | undefined };
}

export function refuse(message: string, hint?: string): BuildError {
  return new BuildError({ kind: 'configuration', message, hint });
}

/** An object that has no other members than `known`. */
export function fieldsOf(value: Json | undefined, at: string, known: readonly string[]): Fields {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw refuse(`${at} must be a mapping.`);
  const fields = value as { readonly [name: string]: Json | undefined };
  for (const name of Object.keys(fields)) {
    if (!known.includes(name))
      throw refuse(`${at} has an unknown member ${JSON.stringify(name)}; known are ${known.join(', ')}.`);
  }
  return { at, value: fields };
}

export function stringOf(value: Json | undefined, at: string): string {
  if (typeof value !== 'string') throw refuse(`${at} must be text.`);
  return value;
}

export function wholeNumberOf(value: Json | undefined, at: string, most: number = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0 || value > most) {
    throw refuse(`${at} must be a whole number from 0 to ${most}.`);
  }
  return value;
}

export function booleanOf(value: Json | undefined, at: string): boolean {
  if (typeof value !== 'boolean') throw refuse(`${at} must be true or false.`);
  return value;
}

/** A list, each item read by `read`; empty where it is missing. */
export function listOf<T>(value: Json | undefined, at: string, read: (item: Json, at: string) => T): readonly T[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw refuse(`${at} must be a list.`);
  return (value as readonly Json[]).map((item, index) => read(item, `${at}[${index}]`));
}

/** A mapping by name, each value read by `read`; empty where it is missing. */
export function mapOf<T>(
  value: Json | undefined,
  at: string,
  read: (item: Json, at: string) => T,
): { readonly [name: string]: T } {
  if (value === undefined) return {};
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw refuse(`${at} must be a mapping.`);
  const result: { [name: string]: T } = {};
  for (const [name, item] of Object.entries(value as { readonly [name: string]: Json }))
    result[name] = read(item, `${at}.${name}`);
  return result;
}

/** What `read` makes of a value, or `undefined` where it is missing. */
export function maybe<T>(value: Json | undefined, at: string, read: (value: Json, at: string) => T): T | undefined {
  return value === undefined ? undefined : read(value, at);
}

/** A path in a tree as people may write it, with or without a leading slash, in our form. */
export function pathOf(value: Json | undefined, at: string): string {
  const parts = stringOf(value, at)
    .split('/')
    .filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw refuse(`${at} must be a path without "..".`);
  return parts.join('/');
}

/** Permission bits, as a number or as octal text: `0644`. */
export function modeOf(value: Json | undefined, at: string): number {
  if (typeof value === 'string' && /^0?[0-7]{3,4}$/.test(value)) return Number.parseInt(value, 8);
  if (typeof value === 'string') throw refuse(`${at} must be an octal mode such as "0644".`);
  return wholeNumberOf(value, at, 0o7777);
}

/** A user's or group's number. */
export function idOf(value: Json | undefined, at: string): number {
  return wholeNumberOf(value, at, 0xffff_fffe);
}
