import type { Json } from '../core/json.ts';
import type { Artifact } from '../core/step.ts';
import { text } from '../steps/text/step.ts';
import type { BuildContext } from './context.ts';
import { memoized } from './memoized.ts';

/** A file with a text that the build decides. */
export const textFile = memoized(
  (context: BuildContext, title: string, content: string): Artifact<'text'> =>
    text(context.graph, { title, inputs: {}, options: { text: content } }).text,
);

/** A file of JSON, indented for people. */
function jsonFile(context: BuildContext, title: string, value: Json): Artifact<'text'> {
  return textFile(context, title, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** What to register an image of Amazon's with, as a release file. */
export function awsImageFile(context: BuildContext, name: string, value: Json): Artifact<'text'> {
  const file = jsonFile(context, name, value);
  context.describe(file, { kind: 'aws-image', contents: { description: file } });
  return file;
}
