import type { Duplex } from 'node:stream';
import { BuildError } from '../core/failure.ts';
import { ConsoleText } from './console-text.ts';
import { notShown } from './messages.ts';

/** A position in a console's log: what was said before it does not count for a wait that starts there. */
export type Mark = number & { readonly mark: true };

export interface WaitOptions {
  readonly pattern: RegExp;
  /** When to give up, in seconds. */
  readonly deadlineSeconds: number;
  /** What the pattern shows, as the end of the sentence "the machine did not show …", e.g. `that System Docker is ready`. */
  readonly meaning: string;
  readonly since?: Mark;
}

export interface Seen {
  readonly match: RegExpExecArray;
  /** Seconds after power-on. */
  readonly seconds: number;
  /** Right behind the match. */
  readonly end: Mark;
}

const KEPT_CHARACTERS = 16 * 1024 * 1024;
const SHOWN_LINES = 25;
const LONGEST_FATAL = 200;

interface Waiter {
  readonly check: () => void;
  readonly end: (why: string) => void;
}

/** The machine's first serial port: everything it said, when it said it, and a keyboard. */
export class SerialConsole {
  readonly #port: Duplex;
  readonly #now: () => number;
  readonly #started: number;
  readonly #plain = new ConsoleText();
  readonly #waiters = new Set<Waiter>();
  readonly #listeners = new Set<(bytes: Uint8Array) => void>();
  /** When the text up to a position had arrived, ascending. */
  readonly #arrivals: { readonly position: number; readonly seconds: number }[] = [];
  readonly #fatal: RegExp | undefined;
  #text = '';
  /** Characters dropped from the front of the log. */
  #dropped = 0;
  #ended: string | undefined;

  /** `now` gives milliseconds; the moment of construction is power-on. A line that matches `fatal` ends every wait at once. */
  constructor(port: Duplex, now: () => number, fatal?: RegExp) {
    this.#fatal = fatal;
    this.#port = port;
    this.#now = now;
    this.#started = now();
    port.on('data', (bytes: Uint8Array) => this.#take(bytes));
    port.on('error', () => this.end('its serial port broke'));
    port.on('close', () => this.end('it was switched off'));
  }

  /** Types text. */
  type(text: string | Uint8Array): void {
    if (this.#ended === undefined) this.#port.write(text);
  }

  /** Hands every byte to `listener` as it comes. */
  onBytes(listener: (bytes: Uint8Array) => void): void {
    this.#listeners.add(listener);
  }

  /** The end of what was said so far. */
  mark(): Mark {
    return (this.#dropped + this.#text.length) as Mark;
  }

  /** Everything said since a mark. */
  textSince(mark: Mark): string {
    return this.#text.slice(Math.max(0, mark - this.#dropped));
  }

  /** Seconds since power-on. */
  get seconds(): number {
    return (this.#now() - this.#started) / 1000;
  }

  /** Waits until the console shows a pattern. Fails with a sentence and the last lines when it does not. */
  waitFor(options: WaitOptions): Promise<Seen> {
    const from = options.since ?? this.mark();
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        act();
      };
      const waiter: Waiter = {
        check: () => {
          const seen = this.#find(options.pattern, from);
          if (seen) finish(() => resolve(seen));
        },
        end: (why) => finish(() => reject(new BuildError(notShown(options.meaning, why, this.tail())))),
      };
      const timer = setTimeout(
        () => waiter.end(`${options.deadlineSeconds} seconds were not enough`),
        options.deadlineSeconds * 1000,
      );
      this.#waiters.add(waiter);
      waiter.check();
      if (this.#ended !== undefined && this.#waiters.has(waiter)) waiter.end(this.#ended);
    });
  }

  /** The last lines, as a failure shows them. */
  tail(): string {
    const lines = this.log().trimEnd().split('\n').slice(-SHOWN_LINES).join('\n');
    return lines === '' ? '(the console stayed empty)' : lines;
  }

  /** The whole log, each line with its time since power-on. */
  log(): string {
    let position = this.#dropped;
    let arrival = 0;
    return this.#text
      .split('\n')
      .map((line) => {
        position += line.length + 1;
        while ((this.#arrivals[arrival]?.position ?? Number.POSITIVE_INFINITY) < position) arrival++;
        const seconds = this.#arrivals[arrival]?.seconds ?? this.#arrivals.at(-1)?.seconds ?? 0;
        return `[${seconds.toFixed(3).padStart(9)}] ${line}`;
      })
      .join('\n');
  }

  /** Ends every wait: nothing more will come. */
  end(why: string): void {
    this.#ended ??= why;
    for (const waiter of [...this.#waiters]) waiter.end(why);
  }

  #take(bytes: Uint8Array): void {
    for (const listener of this.#listeners) listener(bytes);
    const text = this.#plain.add(bytes);
    if (text === '') return;
    this.#text += text;
    this.#arrivals.push({ position: this.mark(), seconds: this.seconds });
    if (this.#text.length > KEPT_CHARACTERS) {
      const surplus = this.#text.length - KEPT_CHARACTERS / 2;
      this.#text = this.#text.slice(surplus);
      this.#dropped += surplus;
    }
    for (const waiter of [...this.#waiters]) waiter.check();
    const fatal =
      this.#fatal && this.#waiters.size > 0 ? this.#fatal.exec(this.#text.slice(-text.length - LONGEST_FATAL)) : null;
    if (fatal) for (const waiter of [...this.#waiters]) waiter.end(`its console says "${fatal[0]}"`);
  }

  #find(pattern: RegExp, from: Mark): Seen | undefined {
    const match = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).exec(this.textSince(from));
    if (!match) return undefined;
    const end = Math.max(from, this.#dropped) + match.index + match[0].length;
    const seconds = this.#arrivals.find((each) => each.position >= end)?.seconds ?? this.seconds;
    return { match, seconds, end: end as Mark };
  }
}
