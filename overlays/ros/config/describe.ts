import { typesOf } from './fit.ts';
import { CLOUD_CONFIG } from './schema.ts';
import type { Schema } from './schema-words.ts';

const TYPES = {
  string: 'text',
  integer: 'number',
  boolean: 'true or false',
  array: 'list',
  object: 'mapping',
  null: 'nothing',
} as const;

export interface Row {
  readonly key: string;
  readonly schema: Schema;
  /** Key whose rows also describe the keys below this one, which are the same. */
  readonly like?: string;
}

/** All keys, in the order of the schema; those that would be the same as others are one row. */
export const schemaRows = (): readonly Row[] => rows(CLOUD_CONFIG, '', new Map());

/** All keys as a Markdown table, for the documentation. */
export function describeSchema(): string {
  const lines = schemaRows().map(({ key, schema, like }) => {
    const meaning = [
      schema.deprecated ? '**No effect.**' : '',
      schema.description ?? '',
      schema.enum
        ? `One of ${schema.enum
            .filter((each) => each !== '')
            .map((each) => `\`${each}\``)
            .join(', ')}.`
        : '',
      like === undefined ? '' : `Keys as in \`${like}\`.`,
    ];
    const standard = schema.default === undefined ? '' : `\`${schema.default}\``;
    return `| \`${key}\` | ${typeText(schema)} | ${cell(meaning.filter((part) => part !== '').join(' '))} | ${standard} |`;
  });
  return `${['| key | type | meaning | default |', '|---|---|---|---|', ...lines].join('\n')}\n`;
}

function rows(schema: Schema, key: string, described: Map<object, string>): readonly Row[] {
  const own = key === '' ? [] : [{ key, schema }];
  const below = schema.properties;
  if (below !== undefined) {
    const like = described.get(below);
    if (like !== undefined) return [{ key, schema, like }];
    described.set(below, key);
    return [
      ...own,
      ...Object.entries(below).flatMap(([name, each]) => rows(each, key === '' ? name : `${key}.${name}`, described)),
    ];
  }
  const item = [schema.items, schema.additionalProperties || undefined].find((each) => each?.properties !== undefined);
  if (item === undefined) return own;
  const list = typesOf(schema).includes('array');
  const inside = rows(item, list ? `${key}[]` : `${key}.NAME`, described);
  // The entry itself has nothing to say that its mapping does not.
  const [first, ...rest] = inside;
  return first?.like === undefined ? [...own, ...rest] : [{ key, schema, like: first.like }];
}

function typeText(schema: Schema): string {
  return typesOf(schema)
    .filter((type) => type !== 'null')
    .map((type) => {
      const each =
        type === 'array' ? schema.items : type === 'object' ? schema.additionalProperties || undefined : undefined;
      return each === undefined || each.properties !== undefined ? TYPES[type] : `${TYPES[type]} of ${typeText(each)}`;
    })
    .join(' or ');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
