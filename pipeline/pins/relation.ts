import { compareVersions } from './version.ts';

export type Operator = '<<' | '<=' | '=' | '>=' | '>>';

/** One alternative of a relation, e.g. `libc6 (>= 2.38)`. The `:any` qualifier means nothing with one architecture and is dropped. */
export interface Relation {
  readonly name: string;
  /** An architecture the package must have, e.g. `arm64` in `libc6:arm64`. */
  readonly arch?: string;
  readonly operator?: Operator;
  readonly version?: string;
}

/** A dependency: any one of its alternatives will do, the first is preferred. */
export type Dependency = readonly Relation[];

const ALTERNATIVE =
  /^([a-z0-9][a-z0-9+.-]*)(?::([a-z0-9-]+))?\s*(?:\(\s*(<<|<=|=|>=|>>|<|>)\s*([^\s)]+)\s*\))?\s*(?:\[[^\]]*\])?$/;

/** Parses a field such as `Depends`. Throws a RangeError that quotes what it does not understand. */
export function parseDependencies(field: string | undefined): readonly Dependency[] {
  if (field === undefined) return [];
  const text = field.trim();
  if (text === '') return [];
  return text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .map((each) => each.split('|').map((alternative) => parseRelation(alternative.trim())));
}

/** Parses one alternative. */
export function parseRelation(text: string): Relation {
  const match = ALTERNATIVE.exec(text);
  const name = match?.[1];
  if (!match || name === undefined) throw new RangeError(`not a package relation: ${JSON.stringify(text)}`);
  const [, , qualifier, operator, version] = match;
  return {
    name,
    ...(qualifier !== undefined && qualifier !== 'any' ? { arch: qualifier } : {}),
    ...(operator !== undefined && version !== undefined ? { operator: operatorOf(operator), version } : {}),
  };
}

/** The obsolete `<` and `>` mean `<=` and `>=` (Debian policy 7.1). */
function operatorOf(text: string): Operator {
  switch (text) {
    case '<<':
    case '<=':
    case '=':
    case '>=':
    case '>>':
      return text;
    case '<':
      return '<=';
    default:
      return '>=';
  }
}

/** Whether a version is what a relation asks for. */
export function versionFits(version: string, relation: Relation): boolean {
  if (relation.operator === undefined || relation.version === undefined) return true;
  const order = compareVersions(version, relation.version);
  switch (relation.operator) {
    case '<<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '=':
      return order === 0;
    case '>=':
      return order >= 0;
    case '>>':
      return order > 0;
  }
}

/** A relation as it stands in a control file. */
function relationText(relation: Relation): string {
  const name = relation.arch === undefined ? relation.name : `${relation.name}:${relation.arch}`;
  return relation.operator === undefined ? name : `${name} (${relation.operator} ${relation.version})`;
}

/** A dependency as it stands in a control file. */
export function dependencyText(dependency: Dependency): string {
  return dependency.map(relationText).join(' | ');
}
