import { writeFileSync } from 'node:fs';
import { BuildError, type Failure } from '../../core/failure.ts';
import { canonicalJson } from '../../core/json.ts';
import { globMatches } from '../../trees/glob.ts';
import { writer } from '../kit/writer.ts';
import type { LayerContents } from '../layer/step.ts';
import type { ModulesReport } from '../modules/step.ts';
import { firmwareLeftOutForNothing, firmwareNotShipped } from './messages.ts';
import type { FirmwareCheck } from './step.ts';

/** Where each name that a module gives was found. */
export type FirmwareReport = {
  readonly present: readonly string[];
  readonly without: readonly { readonly name: string; readonly reason: string }[];
};

const FOLDER = 'usr/lib/firmware/';

export const write = writer<FirmwareCheck>(({ inputs, outputs, options: { without } }) => {
  const { modules } = JSON.parse(inputs.text('modules')) as ModulesReport;
  const { entries } = JSON.parse(inputs.text('contents')) as LayerContents;
  const shipped = entries.flatMap(({ path }) => (path.startsWith(FOLDER) ? [path.slice(FOLDER.length)] : []));
  const askers = askersOf(modules);
  const missing = [...askers.keys()].filter((name) => !isShipped(name, shipped));
  const failures: Failure[] = [
    ...missing
      .filter((name) => reasonOf(name, without) === undefined)
      .map((name) => firmwareNotShipped(askers.get(name) ?? '', name)),
    ...Object.keys(without)
      .filter((pattern) => !missing.some((name) => globMatches(pattern, name)))
      .map((pattern) => firmwareLeftOutForNothing(pattern)),
  ];
  const [first, ...others] = failures;
  if (first) throw new BuildError([first, ...others]);
  const report: FirmwareReport = {
    present: [...askers.keys()].filter((name) => !missing.includes(name)),
    without: missing.map((name) => ({ name, reason: reasonOf(name, without) ?? '' })),
  };
  writeFileSync(outputs.report, `${canonicalJson(report)}\n`, { flag: 'wx' });
});

/** Names of firmware, sorted, each with the first module that asks for it. */
function askersOf(modules: ModulesReport['modules']): ReadonlyMap<string, string> {
  const askers = new Map<string, string>();
  for (const { name, firmware } of modules) for (const file of firmware) if (!askers.has(file)) askers.set(file, name);
  return new Map([...askers].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Some modules give a pattern; packages may hold the file packed. */
function isShipped(name: string, shipped: readonly string[]): boolean {
  return shipped.some(
    (path) => path === name || path === `${name}.xz` || path === `${name}.zst` || globMatches(name, path),
  );
}

function reasonOf(name: string, without: { readonly [pattern: string]: string }): string | undefined {
  return Object.entries(without).find(([pattern]) => pattern === name || globMatches(pattern, name))?.[1];
}
