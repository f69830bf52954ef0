import type { Failure, Place } from '../core/failure.ts';
import type { Paint } from './paint.ts';

/** A failure as a person reads it: what and where, the evidence indented, the next step last. */
export function failureText(failure: Failure, paint: Paint): string {
  const lines = [`${paint.red('error:')} ${failure.place ? `${placeText(failure.place)}: ` : ''}${failure.message}`];
  if (failure.evidence) lines.push(...failure.evidence.split('\n').map((line) => `    ${paint.dim(line)}`));
  if (failure.hint) lines.push(`  ${paint.bold('→')} ${failure.hint}`);
  return lines.join('\n');
}

function placeText(place: Place): string {
  return [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
}
