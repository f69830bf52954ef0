import { withoutPasswords } from '../runtime/without-passwords.ts';

/** Keys, and positions in lists, from the top to a value. */
export type Path = readonly (string | number)[];

/** A problem of a configuration without its place in a file. */
export interface Finding {
  /** An error costs the key its effect, a warning does not. */
  readonly severity: 'error' | 'warning';
  readonly path: Path;
  /** A sentence. */
  readonly message: string;
  readonly hint?: string;
  /** A file of the machine; where it exists, the problem is not reported. */
  readonly unless?: string;
}

/** A finding and its place. */
export interface Problem extends Finding {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** `file:line:column: error: A sentence. A hint.` */
export function problemText({ file, line, column, severity, message, hint }: Problem): string {
  return shown(`${file}:${line}:${column}: ${severity}: ${message}${hint === undefined ? '' : ` ${hint}`}`);
}

const SECRET = /\b([\w-]*(?:passw(?:or)?ds?|psk|pin|secret|token|auth|key)[\w-]*["']?\s*[=:]\s*)[^”;]+/gi;

/**
 * The same for the console of the machine, which the kernel's log keeps for others: the message without the value that does not fit, and without the
 * text after a key.
 */
export function problemForConsole(problem: Problem): string {
  const message = problem.message
    .replace(/, not “[^”]*”/, '')
    .replace(/ from “([^”:]*:)\s[^”]*” on/, ' from “$1 …” on');
  return withoutPasswords(problemText({ ...problem, message })).replace(SECRET, '$1…');
}

/** The same for a log that others read too: a warning in full; of an error its place and key, but not the text there. */
export function problemForLog(problem: Problem): string {
  const { file, line, column, severity, path } = problem;
  if (severity === 'warning') return problemForConsole(problem);
  return shown(
    `${file}:${line}:${column}: ${severity} in ${nameOf(path)}; “sudo ros config validate --all” says which`,
  );
}

/** In one line and without control characters, because a file may contain any text. */
const shown = (text: string): string => text.replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ');

/** How a sentence names the value at a path. */
export function nameOf(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return 'the file';
  if (typeof last === 'number') return `item ${last + 1} of ${nameOf(path.slice(0, -1))}`;
  const item = path.findLastIndex((step) => typeof step === 'number');
  const keys = `“${formatKeys(path.slice(item + 1).map(String))}”`;
  return item === -1 ? keys : `${keys} in ${nameOf(path.slice(0, item + 1))}`;
}

/** Keys with dots between them, in quotes those that have dots of their own. */
export function formatKeys(keys: readonly string[]): string {
  return keys.map((key) => (/^[^."'\s]+$/.test(key) ? key : JSON.stringify(key))).join('.');
}
