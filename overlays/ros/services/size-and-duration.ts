import { Failure } from '../runtime/system.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

/** Bytes, from a number or text such as 512m or 1.5g. `-1` means no limit. */
export function bytes(given: number | string, key: string): number {
  if (typeof given === 'number') return given;
  const [, number = '', unit = ''] = /^(-?\d+(?:\.\d+)?)\s*([bkmgt]?)(?:i?b)?$/i.exec(given.trim()) ?? [];
  if (number === '') throw new Failure(`${key} is a number of bytes, or one with k, m or g behind it, not “${given}”`);
  return Math.round(Number(number) * (UNITS[unit.toLowerCase()] ?? 1));
}

const LENGTHS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** Whole seconds, from text such as 20s or 1m30s; `unlimited` is -1. */
export function seconds(given: string, key: string): number {
  if (given === 'unlimited') return -1;
  if (/^\d+$/.test(given)) return Number(given);
  if (!/^(\d+(ms|h|m|s))+$/.test(given))
    throw new Failure(`${key} is a time such as 20s or 1m30s, or unlimited, not “${given}”`);
  const parts = [...given.matchAll(/(\d+)(ms|h|m|s)/g)];
  return Math.ceil(parts.reduce((sum, [, number, unit = 's']) => sum + Number(number) * (LENGTHS[unit] ?? 1), 0));
}
