/** One of a group of outputs, by its name. That it is missing is a bug of whoever made the step. */
export function outputNamed<T>(outputs: { readonly [name: string]: T }, name: string): T {
  const output = outputs[name];
  if (output === undefined) throw new RangeError(`this step has no output ${JSON.stringify(name)}`);
  return output;
}
