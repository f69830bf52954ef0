import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOptions, valueIn, wholeNumber } from '../../../pipeline/cli/options.ts';
import { BuildError } from '../../../pipeline/core/failure.ts';

const OPTIONS = {
  target: { type: 'string', multiple: true, value: 'NAME', help: 'a target' },
  days: { type: 'string', value: 'N', help: 'days' },
  append: { type: 'string', value: 'WORDS', help: 'words', mayBeEmpty: true },
  json: { type: 'boolean', help: 'as JSON' },
} as const;

test('options, switches and words are read wherever they stand', () => {
  const { values, positionals } = readOptions(['one', '--target', 'a', '--json', '--target=b', '--append', '', '--', '--days'], OPTIONS);
  assert.deepEqual([{ ...values }, positionals], [{ target: ['a', 'b'], json: true, append: '' }, ['one', '--days']]);
});

test('a value may begin with a dash behind an equals sign, or be a dash alone', () => {
  assert.equal(readOptions(['--days=-1'], OPTIONS).values.days, '-1');
  assert.equal(readOptions(['--days', '-'], OPTIONS).values.days, '-');
});

const REFUSALS: readonly (readonly [argv: readonly string[], message: string, hint: string])[] = [
  [['--tarqet', 'a'], 'There is no option --tarqet.', 'Did you mean --target? See --help.'],
  [['--xyzzy'], 'There is no option --xyzzy.', 'See --help.'],
  [['--constructor'], 'There is no option --constructor.', 'See --help.'],
  [['--no-json'], 'There is no option --no-json.', 'See --help.'],
  [['-x'], 'There is no option -x.', 'See --help.'],
  [['--days'], 'The option --days wants a value.', 'See --help.'],
  [['--days', '--json'], 'The option --days wants a value, and "--json" looks like another option.', 'If it is the value, write --days=--json. See --help.'],
  [['--days', ''], 'The option --days wants a value, and got an empty one.', 'A variable that is not set leaves it empty. See --help.'],
  [['--target', 'a', '--target='], 'The option --target wants a value, and got an empty one.', 'A variable that is not set leaves it empty. See --help.'],
  [['--json=yes'], 'The option --json takes no value.', 'See --help.'],
  [['one', 'two'], '"two" is one word too many.', 'See --help.'],
];
for (const [argv, message, hint] of REFUSALS) {
  test(`${JSON.stringify(argv)} is refused: ${message}`, () => {
    assert.throws(
      () => readOptions(argv, OPTIONS, 1),
      (error) => {
        assert.ok(error instanceof BuildError);
        assert.deepEqual(error.failures, [{ kind: 'usage', message, hint }]);
        return true;
      },
    );
  });
}

test('a command without words refuses the first', () => {
  assert.throws(() => readOptions(['x'], OPTIONS, 0), { message: '"x" is a word that this command does not take.' });
});

test('the value of one option is found among words that nobody else understands', () => {
  assert.equal(valueIn(['build', '--wrong', '--cache', '/a b', '--days'], 'cache'), '/a b');
  assert.equal(valueIn(['--cache=/x', '--cache=/y'], 'cache'), '/y');
  assert.equal(valueIn(['build', '--', '--cache', '/x'], 'cache'), undefined);
  assert.equal(valueIn(['--cache'], 'cache'), undefined);
});

test('a whole number is one from 1 to the most', () => {
  assert.equal(wholeNumber('--runs', '3', 9), 3);
  for (const text of ['0', '10', '1.5', 'x', '']) assert.throws(() => wholeNumber('--runs', text, 9), { message: `--runs takes a whole number, not "${text}".` });
});
