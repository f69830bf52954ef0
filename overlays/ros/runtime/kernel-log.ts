import type { System } from './system.ts';
import { utf8Length } from './utf8.ts';
import { withoutPasswords } from './without-passwords.ts';

/** A line in the kernel's log, with its time since power-on; it outlives every service. */
export function note(system: System, text: string): void {
  tell(system, '', text);
}

/** The same at a level that reaches the console, for messages that a user at the machine needs. */
export function alarm(system: System, text: string): void {
  tell(system, '<3>', text);
}

/** The kernel refuses a record of more than 1024 bytes altogether (printk's PRINTKRB_RECORD_MAX); older ones had some for themselves. */
const MOST_BYTES = 960;
/** The limit of a message; it is a sentence, not a file. */
const MOST_RECORDS = 12;

function tell(system: System, level: string, text: string): void {
  const records = recordsOf(plain(text), MOST_BYTES - `${level}ros: `.length - ' ...'.length);
  const shown = records.length > MOST_RECORDS ? [...records.slice(0, MOST_RECORDS - 1), '...'] : records;
  for (const [index, record] of shown.entries()) {
    const isLast = index === shown.length - 1;
    try {
      system.appendText('/dev/kmsg', `${level}ros: ${record}${isLast ? '' : ' ...'}\n`);
    } catch {
      // Reporting must not be what fails, so other places are tried.
      system.complain(record);
    }
  }
}

/** A text in parts of so many bytes, between its words where that is possible. */
function recordsOf(text: string, most: number): readonly string[] {
  const records: string[] = [];
  let record = '';
  for (const part of text.split(' ').flatMap((word) => pieces(word, most))) {
    const longer = record === '' ? part : `${record} ${part}`;
    if (utf8Length(longer) > most) {
      records.push(record);
      record = part;
    } else record = longer;
  }
  return [...records, record];
}

function pieces(word: string, most: number): readonly string[] {
  if (utf8Length(word) <= most) return [word];
  const found: string[] = [];
  const letters = [...word];
  // A letter has at most four bytes.
  const step = Math.floor(most / 4);
  for (let at = 0; at < letters.length; at += step) found.push(letters.slice(at, at + step).join(''));
  return found;
}

/** The kernel's console and dmesg know no UTF-8, and a terminal obeys control characters: those of a sentence may be others' words. */
function plain(text: string): string {
  return withoutPasswords(text)
    .replace(/[“”]/g, '"')
    .replace(/’/g, "'")
    .replace(/…/g, '...')
    .replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
    .trim();
}
