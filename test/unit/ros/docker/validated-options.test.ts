import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CommandLine, readArguments } from '../../../../overlays/ros/docker/arguments.ts';
import { validatedOptions } from '../../../../overlays/ros/docker/validated-options.ts';

const SHIPPED = { 'storage-driver': 'overlay2' };

/** A dockerd that refuses these words and keys, and `debug` beside `mtu`. */
const validate = ({ json, words }: CommandLine): string | undefined => {
  if (words.includes('--nonsense')) return 'unknown flag: --nonsense';
  if ('wrong' in json) return 'unable to configure: the following directives don’t match any configuration option: wrong';
  if (json['data-root'] === 'bad') return 'bad data-root';
  return 'debug' in json && 'mtu' in json ? 'both' : undefined;
};

test('of several options only those that dockerd refuses are left out, and each is told with its words', () => {
  const { line, problems } = validatedOptions(SHIPPED, { ...SHIPPED, mtu: 1400, wrong: 1 }, readArguments(['--nonsense', '--label=a=b']), validate);
  assert.deepEqual(line, { json: { ...SHIPPED, mtu: 1400 }, words: ['--label=a=b'] });
  assert.equal(problems.length, 2);
  assert.match(problems[0] ?? '', /^Docker refuses the option “wrong” \(.*wrong\); it starts without it$/);
  assert.match(problems[1] ?? '', /^Docker refuses the argument “--nonsense” \(unknown flag: --nonsense\); it starts without it$/);
});

test('options that dockerd takes are left as they are', () => {
  const { line, problems } = validatedOptions(SHIPPED, { ...SHIPPED, mtu: 1400 }, [], validate);
  assert.deepEqual([line.json, problems], [{ ...SHIPPED, mtu: 1400 }, []]);
});

test('what says where the data is stays although dockerd refuses it: another Docker would be empty', () => {
  const { line } = validatedOptions(SHIPPED, { ...SHIPPED, 'data-root': 'bad', mtu: 1400 }, [], validate);
  assert.equal(line.json['data-root'], 'bad');
});

test('options that are refused only together go together', () => {
  const { line, problems } = validatedOptions(SHIPPED, { ...SHIPPED, debug: true, mtu: 1400, 'userns-remap': 'default' }, [], validate);
  assert.deepEqual(line.json, { ...SHIPPED, 'userns-remap': 'default' });
  assert.match(problems[0] ?? '', /refuses its options together \(both\)/);
});
