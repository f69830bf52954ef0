import type { ArtifactKind, InputRef } from '../../core/step.ts';

/** What a kind of step is given and gives, for the compiler: the recipe that adds a step and the code that performs it hold to the same. */
export interface StepKind {
  /** Each an artifact or a file from outside, or a group of them: member `a` of the group `file` is the input `file/a`. */
  readonly inputs: object;
  /** Plain data; part of the step's key. */
  readonly options: object;
  readonly outputs: { readonly [name: string]: ArtifactKind };
}

/** Of a kind that needs none. */
export type None = { readonly [name: string]: never };

/** Inputs that share a first name. */
export interface InputGroup {
  readonly [name: string]: InputRef;
}

/** Full names of inputs, `<group>/<member>` for members of groups. */
export type InputName<I> = {
  [N in keyof I & string]-?: Exclude<I[N], undefined> extends InputRef
    ? N
    : `${N}/${keyof Exclude<I[N], undefined> & string}`;
}[keyof I & string];

/** Data that survives JSON: no functions, dates, maps or bytes. What else there is becomes `never`, which nothing can be assigned to. */
export type Plain<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends (...words: never) => unknown
    ? never
    : { readonly [member in keyof T]: Plain<T[member]> };

/** Inputs by their full names. */
export function flatInputs(inputs: object): { readonly [name: string]: InputRef } {
  const flat: { [name: string]: InputRef } = {};
  for (const [name, value] of Object.entries(
    inputs as { readonly [name: string]: InputRef | InputGroup | undefined },
  )) {
    if (value === undefined) continue;
    if (isRef(value)) flat[name] = value;
    else for (const [member, ref] of Object.entries(value)) flat[`${name}/${member}`] = ref;
  }
  return flat;
}

/** A group may have a member `from` too, which is no text. */
function isRef(value: InputRef | InputGroup): value is InputRef {
  return typeof value['from'] === 'string';
}
