import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsFrom } from '../../../pipeline/cli/settings.ts';

function cacheWith(env: NodeJS.ProcessEnv, cache?: string): string {
  return settingsFrom({ cache }, { env, stdout: { isTTY: false } as NodeJS.WriteStream, projectFolder: '/project' }).cacheFolder;
}

const ROWS: readonly (readonly [sentence: string, env: NodeJS.ProcessEnv, cache: string | undefined, wanted: string])[] = [
  ['the option goes first', { RANCHEROS_CACHE: '/variable', XDG_CACHE_HOME: '/xdg', HOME: '/home/a' }, '/option', '/option'],
  ['then the variable', { RANCHEROS_CACHE: '/variable', XDG_CACHE_HOME: '/xdg', HOME: '/home/a' }, undefined, '/variable'],
  ['an empty variable is none', { RANCHEROS_CACHE: '', XDG_CACHE_HOME: '/xdg', HOME: '/home/a' }, undefined, '/xdg/rancheros'],
  ['a relative XDG_CACHE_HOME is none, as the specification says', { XDG_CACHE_HOME: 'caches', HOME: '/home/a' }, undefined, '/home/a/.cache/rancheros'],
  ['an empty XDG_CACHE_HOME is none', { XDG_CACHE_HOME: '', HOME: '/home/a' }, undefined, '/home/a/.cache/rancheros'],
  ['without a home it lies in the project', {}, undefined, '/project/.cache/store'],
  ['a relative home is none', { HOME: 'a' }, undefined, '/project/.cache/store'],
];

for (const [sentence, env, cache, wanted] of ROWS) test(`the store's folder: ${sentence}`, () => assert.equal(cacheWith(env, cache), wanted));
