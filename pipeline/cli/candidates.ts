import type { Command, Option } from './command.ts';

/** What a word may be, and what it means; the meaning is shown by zsh and fish. */
export interface Candidate {
  readonly word: string;
  readonly help: string;
}

/** What can be completed. */
export interface Completable {
  readonly commands: readonly Command[];
  readonly targets: readonly Candidate[];
  readonly executors: readonly string[];
}

/**
 * What may stand in the place of the last word of a command line; `words` begins behind the program's name. Nothing for a file or a free
 * text: shells complete files themselves.
 */
export function candidates(words: readonly string[], known: Completable): readonly Candidate[] {
  const [name = '', ...rest] = words;
  if (rest.length === 0)
    return startingWith(
      name,
      known.commands.map((each) => ({ word: each.name, help: each.summary })),
    );
  const command = known.commands.find((each) => each.name === name);
  if (!command) return [];
  const { current, before } = lastWords(rest);
  const inline = /^--([\w-]+)=(.*)$/s.exec(current);
  if (inline) {
    const [, option = '', value = ''] = inline;
    return startingWith(value, valuesOf(command, option, known)).map(({ word, help }) => ({
      word: `--${option}=${word}`,
      help,
    }));
  }
  const open = /^--([\w-]+)$/.exec(before ?? '')?.[1];
  if (open !== undefined && command.options[open]?.type === 'string')
    return startingWith(current, valuesOf(command, open, known));
  if (current.startsWith('-')) return startingWith(current, optionsOf(command, rest));
  return startingWith(current, wordsOf(command, known));
}

/** The word at the cursor and the one before it. bash cuts `--target=a` into three words. */
function lastWords(words: readonly string[]): { readonly current: string; readonly before: string | undefined } {
  const current = words.at(-1) ?? '';
  if (current === '=') return { current: '', before: words.at(-2) };
  const before = words.at(-2);
  return { current, before: before === '=' ? words.at(-3) : before };
}

/** Options that may still come: one that was given comes again only where it may be given several times. */
function optionsOf(command: Command, words: readonly string[]): readonly Candidate[] {
  const given = new Set(words.slice(0, -1).map((word) => word.replace(/=.*$/s, '')));
  const isOpen = ([name, { multiple }]: readonly [string, Option]) => multiple === true || !given.has(`--${name}`);
  return [
    ...Object.entries(command.options)
      .filter(isOpen)
      .map(([name, { help }]) => ({ word: `--${name}`, help })),
    { word: '--help', help: 'what the command does and takes' },
  ];
}

function valuesOf(command: Command, option: string, known: Completable): readonly Candidate[] {
  if (command.options[option] === undefined) return [];
  if (option === 'target') return known.targets;
  if (option === 'executor') return known.executors.map((word) => ({ word, help: 'an executor' }));
  return [];
}

function wordsOf({ words }: Command, { targets }: Completable): readonly Candidate[] {
  if (words === 'targets') return targets;
  return (words ?? []).map((word) => ({ word, help: '' }));
}

function startingWith(beginning: string, list: readonly Candidate[]): readonly Candidate[] {
  return list.filter(({ word }) => word.startsWith(beginning));
}
