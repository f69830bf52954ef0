import { withFilesAsBase64 } from './binary.ts';
import { lookAt, MOST_PROBLEMS, readYaml, type YamlText } from './document.ts';
import { fit } from './fit.ts';
import { judged } from './judge.ts';
import { JUDGEMENTS } from './judgements.ts';
import { type LostBelow, lostBelow } from './lost-keys.ts';
import type { Finding, Problem } from './problem.ts';
import { salvage } from './salvage.ts';
import { CLOUD_CONFIG, type CloudConfig } from './schema.ts';
import type { Schema } from './schema-words.ts';

/** The part of a text that can be applied, and the problems of the rest. */
export interface ReadConfig {
  readonly config: CloudConfig;
  readonly problems: readonly Problem[];
  /**
   * Keys of values that are left out because their restricting key is wrong: a lower source's value for them must not hold without the restriction
   * either.
   */
  readonly refused?: readonly (readonly string[])[];
}

/** Reads a cloud-config; `file` is its name in problems. Whatever is wrong, the rest is returned. */
export function readCloudConfig(text: string, file: string): ReadConfig {
  const { value, problems, refused } = readFitted(text, file, CLOUD_CONFIG);
  return { config: (value ?? {}) as CloudConfig, problems, ...(refused.length === 0 ? {} : { refused }) };
}

const SERVICES = CLOUD_CONFIG.properties.rancher.properties.services;

/** Reads the services of a Compose file, of the first format or below `services`, as a cloud-config. */
export function readCompose(text: string, file: string): ReadConfig {
  const whole = readYaml(text, file).data;
  const isNewer = typeof whole === 'object' && whole !== null && 'services' in whole;
  if (!isNewer) {
    const { value, problems } = readFitted(text, file, SERVICES);
    return { config: value === undefined ? {} : ({ rancher: { services: value } } as CloudConfig), problems };
  }
  const schema = {
    type: 'object',
    properties: { services: SERVICES, version: { type: 'string' } },
    additionalProperties: false,
  } as const;
  const { value, problems } = readFitted(text, file, schema);
  const { services = {} } = (value ?? {}) as { readonly services?: object };
  return { config: { rancher: { services } } as CloudConfig, problems };
}

interface ReadFitted {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  readonly refused: readonly (readonly string[])[];
}

function readFitted(text: string, file: string, schema: Schema): ReadFitted {
  const first = readYaml(text, file);
  if (!first.isBroken) return fitted(first, schema, first.problems);
  const rest = salvage(text, lookAt);
  if (rest === undefined) return { value: undefined, problems: first.problems.slice(0, 1), refused: [] };
  const lost = rest.lost.slice(0, MOST_PROBLEMS).map(
    ({ line, head }): Problem => ({
      file,
      line,
      column: 1,
      severity: 'error',
      path: [],
      message: `This part, from “${head.length > 60 ? `${head.slice(0, 57)}…` : head}” on, is left out because it cannot be read.`,
    }),
  );
  const yaml = readYaml(rest.text, file);
  const below = lostBelow(text, rest.lost, (path) => yaml.place(path).line);
  return fitted(yaml, schema, [...first.problems.slice(0, 1), ...lost], below);
}

function fitted(yaml: YamlText, schema: Schema, before: readonly Problem[], below?: LostBelow): ReadFitted {
  const fits = fit(schema, withFilesAsBase64(yaml.data), (path) => yaml.source(path), below);
  const { value, findings: impossible } = judged(fits.value, schema === CLOUD_CONFIG ? JUDGEMENTS : []);
  const findings = [...fits.findings, ...impossible];
  const found = findings
    .slice(0, MOST_PROBLEMS)
    .map((finding: Finding): Problem => ({ ...finding, ...yaml.place(finding.path) }));
  const [unplaced] = findings.slice(MOST_PROBLEMS);
  if (unplaced !== undefined) {
    const message = `There are ${findings.length - MOST_PROBLEMS} more problems.`;
    found.push({ severity: unplaced.severity, path: [], message, ...yaml.place(unplaced.path) });
  }
  // A higher source replaces lists as a whole; only mappings are joined.
  const refused = fits.refused.filter((path): path is readonly string[] =>
    path.every((step) => typeof step === 'string'),
  );
  return { value, problems: [...before, ...found].sort((a, b) => a.line - b.line || a.column - b.column), refused };
}
