import type { Command, Option, OptionTable } from './command.ts';
import { COMMON_OPTIONS } from './settings.ts';

const WIDTH = 120;
/** Columns before the words about an option. */
const INDENT = 25;

/** The text of `rancheros <command> --help`. */
export function commandHelp(command: Command): string {
  const entries = Object.entries(command.options);
  const isCommon = ([name, option]: readonly [string, Option]) => (COMMON_OPTIONS as OptionTable)[name] === option;
  const own = entries.filter((entry) => !isCommon(entry)).map(optionText);
  const common = entries.filter(isCommon).map(optionText);
  const parts = [
    `Usage: ${commandLine(command)}\n       ${scriptLine(command)}`,
    paragraph(command.about),
    own.join('\n'),
    common.length === 0 ? '' : `The store, and how steps run:\n${common.join('\n')}`,
    paragraph(command.notes ?? ''),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** The text of `--help` of the whole program. */
export function overview(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => `  rancheros ${name.padEnd(10)} ${summary}`);
  return `Builds the release files of RancherOS from pinned inputs.

${rows.join('\n')}

In a checkout: npx --no rancheros build amd64. Everywhere, after npm install --global . there: rancheros build amd64
Each is an npm script too, with options behind two dashes: npm run build -- --target amd64
Help for each: rancheros <command> --help
Without the dashes npm takes --version and --help for itself, and prints its own.
`;
}

/** A table of the commands in Markdown, for the README. */
export function commandTable(commands: readonly Command[]): string {
  const rows = commands.map(
    (command) => `| \`${commandLine(command).replaceAll('|', '\\|')}\` | ${command.summary.replaceAll('|', '\\|')} |\n`,
  );
  return `| command | |\n|---|---|\n${rows.join('')}`;
}

/** A text whose long lines are broken; the others stay as they were written. */
function paragraph(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => (line.length > WIDTH ? wrapped(line, WIDTH) : [line]))
    .join('\n');
}

function commandLine({ name, usage }: Command): string {
  return `rancheros ${name} ${usage}`.trimEnd();
}

/** The same as an npm script: its words stand behind two dashes. */
function scriptLine({ name, usage }: Command): string {
  if (usage === '') return `npm run ${name}`;
  return usage.startsWith('[') ? `npm run ${name} [-- ${usage.slice(1)}` : `npm run ${name} -- ${usage}`;
}

function optionText([name, option]: readonly [string, Option]): string {
  const head = `  --${name}${option.value === undefined ? '' : ` ${option.value}`}`;
  const [first = '', ...rest] = wrapped(option.help, WIDTH - INDENT);
  return [`${head.padEnd(INDENT - 1)} ${first}`, ...rest.map((line) => `${' '.repeat(INDENT)}${line}`)].join('\n');
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
