import type { Failure } from '../core/failure.ts';
import { shellWord } from '../core/shell-word.ts';

/** The failure with its remedy in words: what a person types. `cache` is the store that was named on the command line. */
export function withRemedy(failure: Failure, cache: string | undefined): Failure {
  const { remedy, ...rest } = failure;
  if (remedy === undefined) return failure;
  return { ...rest, hint: [failure.hint, remedyText(remedy, cache)].filter(Boolean).join(' ') };
}

function remedyText(remedy: NonNullable<Failure['remedy']>, cache: string | undefined): string {
  switch (remedy) {
    case 'clean-store': {
      const option = cache === undefined ? '' : ` -- --cache ${shellWord(cache)}`;
      return `\`npm run gc${option}\` removes from the store what no build used lately.`;
    }
    case 'move-store':
      return 'The option --cache names another one.';
    case 'move-releases':
      return 'The option --dist names another one.';
  }
}
