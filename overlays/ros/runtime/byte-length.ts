import { utf8Length } from './utf8.ts';

/** Whether a text of which at most `most + 1` bytes were read has more than `most`. The end of the reading may have cut a letter apart. */
export function exceeds(text: string, most: number): boolean {
  if (text.length * 3 <= most) return false;
  const whole = text.replace(/\uFFFD{1,3}$/, '');
  return utf8Length(whole) + (whole.length < text.length ? 3 : 0) > most;
}
