import type { Failure, Place } from '../core/failure.ts';
import { harmless } from '../core/harmless.ts';
import type { Paint } from './paint.ts';

/** A failure as a person reads it: what and where, the evidence indented, the next step last. */
export function failureText(failure: Failure, paint: Paint): string {
  const lines = [
    `${paint.red('error:')} ${failure.place ? `${harmless(placeText(failure.place))}: ` : ''}${harmless(failure.message)}`,
  ];
  if (failure.evidence)
    lines.push(
      ...harmless(failure.evidence)
        .split('\n')
        .map((line) => `    ${paint.dim(line)}`),
    );
  if (failure.hint) lines.push(`  ${paint.bold('→')} ${harmless(failure.hint)}`);
  return lines.join('\n');
}

function placeText(place: Place): string {
  return [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
}
