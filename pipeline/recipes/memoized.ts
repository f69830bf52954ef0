import { canonicalJson, type Json } from '../core/json.ts';
import type { BuildContext } from './context.ts';

/**
 * A recipe that adds its steps once for the same words, however many targets call it. Words are plain data, handles to artifacts among it,
 * and all that the recipe knows beside the context, so two calls that differ in anything never share.
 */
export function memoized<Words extends readonly unknown[], T>(
  recipe: (context: BuildContext, ...words: Words) => T,
): (context: BuildContext, ...words: Words) => T {
  return (context, ...words) =>
    context.memo(recipe, canonicalJson(words.map((word) => (word ?? null) as Json)), () => recipe(context, ...words));
}
