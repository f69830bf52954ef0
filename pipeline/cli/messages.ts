import type { Failure } from '../core/failure.ts';
import { quoted } from '../core/quoted.ts';
import { shellWord } from '../core/shell-word.ts';

function usage(message: string, hint: string): Failure {
  return { kind: 'usage', message, hint };
}

/** The first words of a hint about a name that nobody knows. */
function meant(near: string | undefined): string {
  return near === undefined ? '' : `Did you mean ${quoted(near)}? `;
}

// Command lines.

export function noSuchCommand(name: string, known: readonly string[], near: string | undefined): Failure {
  return usage(`There is no command ${quoted(name)}.`, `${meant(near)}Commands: ${known.join(', ')}.`);
}

/** npm takes options that no two dashes stand before. */
export function npmKeptOptions(names: readonly string[], command: string): Failure {
  return usage(
    `npm kept ${names.join(', ')} for itself: options of ours stand behind two dashes.`,
    `Type: \`${command}\`.`,
  );
}

export function wordTooMany(word: string, mostWords: number): Failure {
  const what = mostWords === 0 ? 'a word that this command does not take' : 'one word too many';
  return usage(`${quoted(word)} is ${what}.`, 'See --help.');
}

export function noSuchOption(option: string, near: string | undefined): Failure {
  return usage(`There is no option ${option}.`, `${near === undefined ? '' : `Did you mean --${near}? `}See --help.`);
}

export function optionTakesNoValue(option: string): Failure {
  return usage(`The option ${option} takes no value.`, 'See --help.');
}

export function optionWantsValue(option: string): Failure {
  return usage(`The option ${option} wants a value.`, 'See --help.');
}

export function optionInPlaceOfValue(option: string, value: string): Failure {
  return usage(
    `The option ${option} wants a value, and ${quoted(value)} looks like another option.`,
    `If it is the value, write ${option}=${shellWord(value)}. See --help.`,
  );
}

export function optionValueEmpty(option: string): Failure {
  return usage(
    `The option ${option} wants a value, and got an empty one.`,
    'A variable that is not set leaves it empty. See --help.',
  );
}

/** `setting` is an option with its dashes, or a variable. */
export function notAWholeNumber(
  setting: string,
  text: string,
  range: { readonly from: number; readonly to: number },
): Failure {
  return usage(
    `${setting} takes a whole number, not ${quoted(text)}.`,
    `Give a number from ${range.from} to ${range.to}.`,
  );
}

/** `trouble` is what is wrong with it, as the engine of regular expressions says. */
export function notAPattern(setting: string, text: string, trouble: string): Failure {
  return usage(
    `${setting} takes a regular expression, and ${quoted(text)} is none.`,
    `Mend it (${trouble}), or quote it for the shell.`,
  );
}

/** `setting` is an option with its dashes, or a variable. */
export function notASize(
  setting: string,
  text: string,
  { example, mayBeNone = false }: { readonly example: string; readonly mayBeNone?: boolean },
): Failure {
  return usage(
    `${setting} takes a size, not ${quoted(text)}.`,
    `Give a size such as ${example}${mayBeNone ? ', or none' : ''}.`,
  );
}

/** `setting` is an option with its dashes, or a variable; `address` is without passwords. */
export function notAMirror(setting: string, address: string): Failure {
  return usage(
    `${setting} takes the address of a Debian mirror, not ${quoted(address)}.`,
    'An address looks like http://mirror.example/debian.',
  );
}

/** `setting` and `address` as above. */
export function notARemoteCache(setting: string, address: string): Failure {
  return usage(
    `${setting} takes the address of an HTTP cache, not ${quoted(address)}.`,
    'An address looks like https://cache.example/rancheros.',
  );
}

/** The token itself is shown nowhere. */
export function notAToken(variable: string): Failure {
  return usage(`${variable} holds blanks or control characters.`, 'A token is one word of printable characters.');
}

export function uploadWithoutCache(): Failure {
  return usage('--remote-cache-upload fills a remote cache, and none was named.', 'Add --remote-cache URL.');
}

export function optionsExclude(options: readonly string[]): Failure {
  return usage(`The options ${list(options)} exclude each other.`, 'Choose one.');
}

function list(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

export function noSuchExecutor(name: string, known: readonly string[]): Failure {
  return usage(`There is no executor ${quoted(name)}.`, `Choose one of ${known.join(', ')}.`);
}

export function noConfigToCheck(): Failure {
  return usage('--strict-config checks a cloud-config, and none was given.', 'Add --cloud-config FILE.');
}

export function noShellNamed(known: readonly string[]): Failure {
  return usage('No shell was named.', `Name one of ${known.join(', ')}: rancheros completion bash.`);
}

export function noCompletionFor(words: string, known: readonly string[]): Failure {
  return usage(
    `There is no completion for ${quoted(words)}.`,
    `Name one of ${known.join(', ')}: rancheros completion bash.`,
  );
}

const PINS_ACTIONS =
  '`npm run pins -- update [--only PACKAGE… | --security]`, `npm run pins -- add PACKAGE…`, or `npm run pins -- check`.';

export function noPinsAction(): Failure {
  return usage('Say what to do with the pins.', PINS_ACTIONS);
}

export function noSuchPinsAction(words: string, near: string | undefined): Failure {
  return usage(`pins cannot ${quoted(words)}.`, `${meant(near)}${PINS_ACTIONS}`);
}

// Targets.

/** `example` is a command line; `more` is what may be given in place of a target. */
export function noTarget(example: string, known: readonly string[], more = ''): Failure {
  return usage('No target was named.', `Try: \`${example}\`. Targets: ${known.join(', ')}${more}.`);
}

/** A name that holds several is told how to be given. */
export function noSuchTarget(name: string, known: readonly string[], near: string | undefined): Failure {
  const listed = name.split(/[\s,]+/).filter(Boolean);
  const several = `Give --target once for each: ${listed.map((each) => `--target ${shellWord(each)}`).join(' ')}. `;
  return usage(
    `There is no target ${quoted(name)}.`,
    `${listed.length > 1 ? several : meant(near)}Targets: ${known.join(', ')}.`,
  );
}

export function twoTargets(one: string, other: string): Failure {
  return usage(`Two targets were named: ${one} and ${other}.`, 'A machine boots one: name one.');
}

export function pageOfOneTarget(named: readonly string[]): Failure {
  return usage(`${named.length} targets were named: ${named.join(', ')}.`, 'A page is of one target: name one.');
}

// Steps.

const LISTS_STEPS = '`npm run plan -- TARGET --json` lists the steps of a target.';

export function noStep(command: string): Failure {
  return usage(
    'No step was named.',
    `Name a part of its title: \`npm run ${command} -- squashfs base\`. ${LISTS_STEPS}`,
  );
}

export function noSuchStep(words: string): Failure {
  return usage(`No step's title contains ${quoted(words)}.`, LISTS_STEPS);
}

export function severalSteps(words: string, titles: readonly string[]): Failure {
  return {
    kind: 'usage',
    message: `${quoted(words)} is part of several titles, or of steps of several targets.`,
    evidence: titles.join('\n'),
    hint: 'Write one title whole, and name its --target.',
  };
}

export function shellNeedsBubblewrap(): Failure {
  return {
    kind: 'no-executor',
    message: 'A shell of a step needs bubblewrap, which cannot make a sandbox here.',
    hint: 'Make unprivileged user namespaces work here, or try the step with `npm run build -- --keep-failed`.',
  };
}

// Machines.

export function appendNeedsKernel(): Failure {
  return usage(
    'The option --append needs --kernel or --installed.',
    'Add one of them: the ISO has kernel arguments of its own.',
  );
}

export function diskSizeNeedsInstalled(): Failure {
  return usage('The option --disk-size needs --installed.', 'Add it, or give other disks their size with --disk.');
}

export function noSuchDiskImage(text: string): Failure {
  return usage(`There is no disk image ${quoted(text)}.`, 'Give a file, or a size such as 8G.');
}

export function machineSwitchedOff(): Failure {
  return {
    kind: 'interrupted',
    message: 'The machine was switched off on your signal.',
  };
}

/** An error that no code of ours foresaw. */
export function bug(stack: string): Failure {
  return {
    kind: 'step',
    message: 'This is a bug in the pipeline.',
    evidence: stack,
    hint: 'Please report it with the lines above.',
  };
}

/** `trouble` is what the system said. */
export function pageNotWritten(file: string, trouble: string): Failure {
  return {
    kind: 'configuration',
    message: 'The page cannot be written.',
    place: { file },
    evidence: trouble,
    hint: 'Name another file with --page.',
  };
}
