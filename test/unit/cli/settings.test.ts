import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingsFrom } from '../../../pipeline/cli/settings.ts';

function cacheWith(env: NodeJS.ProcessEnv, cache?: string): string {
  return settingsFrom({ cache }, { env, stdout: { isTTY: false } as NodeJS.WriteStream, projectFolder: '/project', callerFolder: '/caller' }).cacheFolder;
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

const TERMINAL = { isTTY: true, columns: 80 };
const OUTPUTS: readonly (readonly [sentence: string, env: NodeJS.ProcessEnv, stdout: object, wanted: string])[] = [
  ['a terminal gets the living view', { TERM: 'xterm-256color' }, TERMINAL, 'terminal'],
  ['a pipe gets plain lines', { TERM: 'xterm-256color' }, { isTTY: false }, 'plain'],
  ['so does a terminal that obeys nothing', { TERM: 'dumb' }, TERMINAL, 'plain'],
  ['one that nobody described', {}, TERMINAL, 'plain'],
  ['one without columns, such as a serial line', { TERM: 'vt100' }, { isTTY: true, columns: 0 }, 'plain'],
  ['and a log of CI', { TERM: 'xterm', CI: 'true' }, TERMINAL, 'plain'],
];

for (const [sentence, env, stdout, wanted] of OUTPUTS)
  test(`the view: ${sentence}`, () => assert.equal(settingsFrom({}, { env, stdout: stdout as NodeJS.WriteStream, projectFolder: '/project', callerFolder: '/caller' }).output, wanted));

for (const [sentence, env, cache, wanted] of ROWS) test(`the store's folder: ${sentence}`, () => assert.equal(cacheWith(env, cache), wanted));
