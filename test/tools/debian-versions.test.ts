import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions } from '../../pipeline/pins/version.ts';
import { Draws } from '../rig/draws.ts';
import { dpkgCompares } from './debian-oracle.ts';

const COUNT = 400;

/** Parts that differ in dpkg's order where a naive one sees no difference, and the other way round. */
const PARTS = ['0', '00', '1', '01', '9', '10', '12345678901234567890', 'a', 'A', 'b', 'z', 'rc', '+', '~', '~~', '.', 'deb', '+b', '~deb', 'ubuntu'];

function part(draws: Draws, characters: readonly string[]): string {
  return draws.list(draws.below(4), () => draws.one(characters)).join('');
}

function version(draws: Draws): string {
  const epoch = draws.chance(30) ? `${draws.one(['0', '1', '2', '10', '00'])}:` : '';
  const hasRevision = draws.chance(60);
  const upstream = `${draws.below(3)}${part(draws, hasRevision && draws.chance(20) ? [...PARTS, '-'] : PARTS)}`;
  return `${epoch}${upstream}${hasRevision ? `-${draws.below(2)}${part(draws, PARTS)}` : ''}`;
}

/** The same version in other characters. */
function equal(draws: Draws, of: string): string {
  const padded = of.replace(/(?<![0-9])[0-9]/g, (digit) => (draws.chance(40) ? `0${digit}` : digit));
  const revised = padded.includes('-') || draws.chance(50) ? padded : `${padded}-0`;
  return revised.includes(':') || draws.chance(50) ? revised : `0:${revised}`;
}

/** A version that differs from another one in one place only, so that equal beginnings are compared to their end. */
function neighbour(draws: Draws, of: string): string {
  const at = of.indexOf(':') + 2 + draws.below(Math.max(1, of.length - of.indexOf(':') - 2));
  return draws.chance(50) ? `${of}${draws.one(PARTS)}` : `${of.slice(0, at)}${draws.one(PARTS)}${of.slice(at)}`;
}

test(`${COUNT} pairs of versions are ordered as dpkg orders them`, async () => {
  const draws = new Draws('versions');
  const orders = { '-1': 0, '0': 0, '1': 0 };
  for (let index = 0; index < COUNT; index++) {
    const a = version(draws);
    const b = draws.chance(20) ? equal(draws, a) : draws.chance(60) ? neighbour(draws, a) : version(draws);
    const expected = await dpkgCompares(a, b);
    orders[expected] += 1;
    assert.equal(Math.sign(compareVersions(a, b)), expected, `${a} and ${b}`);
    assert.equal(Math.sign(compareVersions(b, a)), expected === 0 ? 0 : -expected, `${b} and ${a}`);
  }
  // Without all three the draw would prove little.
  assert.ok(
    Object.values(orders).every((count) => count > 20),
    JSON.stringify(orders),
  );
});
