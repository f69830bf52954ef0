import type { Json } from '../core/json.ts';
import type { Artifact } from '../core/step.ts';
import type { BuildContext } from './context.ts';

/** A file with a text that the build decides. */
export function textFile(context: BuildContext, title: string, content: string): Artifact<'text'> {
  return context.memo(`text ${title} ${content}`, () => {
    const { text } = context.graph.add({
      title,
      action: { type: 'builtin', writer: 'text', options: { text: content } },
      inputs: {},
      outputs: { text: 'text' },
    });
    return text;
  });
}

/** A file of JSON, indented for people. */
export function jsonFile(context: BuildContext, title: string, value: Json): Artifact<'text'> {
  return textFile(context, title, `${JSON.stringify(value, undefined, 2)}\n`);
}
