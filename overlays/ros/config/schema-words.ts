/** The part of JSON Schema that the cloud-config is described with. */
export interface Schema {
  readonly type: SchemaType | readonly SchemaType[];
  /** The purpose of the key, for documentation and errors. */
  readonly description?: string;
  /** A description of a fitting value, such as "an absolute path", for errors. */
  readonly title?: string;
  /** The value that holds where the key is not set. Never filled in by the validator. */
  readonly default?: string | number | boolean;
  /** Understood, but without effect: the description says why. */
  readonly deprecated?: boolean;
  /**
   * The key restricts access: leaving out a value that does not fit would leave the rest more open than intended. The mapping that contains it (a
   * service, a file) is left out with it.
   */
  readonly restricts?: boolean;
  /** The same, where the mapping cannot be left out: the value that holds instead. */
  readonly closed?: string | boolean | readonly string[];
  /** Only root and `ros config export --private` show it. */
  readonly secret?: boolean;
  readonly properties?: { readonly [key: string]: Schema };
  readonly additionalProperties?: false | Schema;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

export type SchemaType = 'string' | 'integer' | 'boolean' | 'array' | 'object' | 'null';

/** The type of the values that a schema describes. */
export type Value<S> = S extends { readonly enum: readonly (infer E)[] }
  ? E
  : S extends { readonly type: readonly (infer T)[] }
    ? OfType<S, T>
    : S extends { readonly type: infer T }
      ? OfType<S, T>
      : never;

type OfType<S, T> = T extends 'string'
  ? string
  : T extends 'null'
    ? null
    : T extends 'integer'
      ? number
      : T extends 'boolean'
        ? boolean
        : T extends 'array'
          ? S extends { readonly items: infer I }
            ? readonly Value<I>[]
            : never
          : T extends 'object'
            ? ObjectOf<S>
            : never;

type ObjectOf<S> = S extends { readonly properties: infer P; readonly required: readonly (infer R)[] }
  ? { readonly [K in keyof P as K extends R ? K : never]: Value<P[K]> } & {
      readonly [K in keyof P as K extends R ? never : K]?: Value<P[K]>;
    }
  : S extends { readonly properties: infer P }
    ? { readonly [K in keyof P]?: Value<P[K]> }
    : S extends { readonly additionalProperties: infer A }
      ? { readonly [key: string]: Value<A> }
      : never;

// Functions that make schemas. Each takes the purpose of the key and further properties.

type More = Pick<
  Schema,
  'default' | 'deprecated' | 'title' | 'pattern' | 'minimum' | 'maximum' | 'restricts' | 'closed' | 'secret'
>;

export const text = (description: string, more: More = {}) => ({ type: 'string', description, ...more }) as const;

export const flag = (description: string, more: More = {}) => ({ type: 'boolean', description, ...more }) as const;

export const whole = (description: string, more: More = {}) =>
  ({ type: 'integer', minimum: 0, description, ...more }) as const;

export const texts = (description: string, more: More = {}) =>
  ({ type: 'array', items: { type: 'string' }, description, ...more }) as const;

export const textMap = (description: string, more: More = {}) =>
  ({ type: 'object', additionalProperties: { type: 'string' }, description, ...more }) as const;

/** Text or a list of texts, as Compose has it for commands. */
export const words = (description: string, more: More = {}) =>
  ({ type: ['string', 'array'], items: { type: 'string' }, description, ...more }) as const;

/** A mapping, or a list of `KEY=value`. */
export const pairs = (description: string, more: More = {}) =>
  ({
    type: ['object', 'array'],
    additionalProperties: { type: 'string' },
    items: { type: 'string' },
    description,
    ...more,
  }) as const;

/** The same, where a name may have no value of its own: it takes one from elsewhere. */
export const variables = (description: string, more: More = {}) =>
  ({
    type: ['object', 'array'],
    additionalProperties: { type: ['string', 'null'] },
    items: { type: 'string' },
    description,
    ...more,
  }) as const;

export const choice = <const E extends readonly string[]>(values: E, description: string, more: More = {}) =>
  ({ type: 'string', enum: values, description, ...more }) as const;

/** Commands: each a line for the shell, or a list of words that is run as it stands. */
export const commands = (description: string) =>
  ({ type: 'array', items: { type: ['string', 'array'], items: { type: 'string' } }, description }) as const;

export const group = <const P extends { readonly [key: string]: Schema }>(description: string, properties: P) =>
  ({ type: 'object', additionalProperties: false, properties, description }) as const;

/** Names of the user's choice, each with a value of the same kind. */
export const named = <const S extends Schema>(description: string, each: S) =>
  ({ type: 'object', additionalProperties: each, description }) as const;
