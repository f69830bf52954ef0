import { writeFileSync } from 'node:fs';
import { BuildError, type Failure } from '../../core/failure.ts';
import { canonicalJson } from '../../core/json.ts';
import { nodesOf } from '../../trees/tar-in.ts';
import { writer } from '../kit/writer.ts';
import type { Declaration } from '../layer/declarations.ts';
import type { LayerContents } from '../layer/step.ts';
import { danglingLinks } from './links.ts';
import * as messages from './messages.ts';
import { checkPrograms } from './programs.ts';
import { stackLayers } from './stack.ts';
import type { TreeCheck } from './step.ts';

/** What was looked at: numbers that tests and tables can hold on to. */
export type TreeReport = {
  readonly layers: readonly { readonly name: string; readonly files: number; readonly bytes: number }[];
  readonly paths: number;
  readonly elfFiles: number;
  readonly scripts: number;
  readonly covered: readonly { readonly path: string; readonly by: string; readonly from: string }[];
};

/** More than a person reads at once. */
const SHOWN = 40;

export const write = writer<TreeCheck>(({ inputs, outputs, options }) => {
  const contents = options.layers.map((name) => JSON.parse(inputs.text(`contents/${name}`)) as LayerContents);
  const layers = options.layers.map((name, index) => {
    const owners = new Map(contents[index]?.entries.map((entry) => [entry.path, entry.owner]));
    const nodes = nodesOf(inputs.open(`layer/${name}`), `layer ${name}`);
    return { name, nodes: nodes.map((node) => ({ ...node, owner: owners.get(node.path) ?? node.owner })) };
  });
  const stack = stackLayers(layers, options.replaces ?? []);
  const programs = checkPrograms(stack.nodes, options.arch);
  const failures = [
    ...stack.conflicts,
    ...programs.problems,
    ...danglingLinks(stack.nodes, options.danglingLinks ?? []),
    ...(options.required ?? []).filter((path) => !stack.nodes.has(path)).map(messages.pathOfScriptMissing),
    ...unhandled(contents, options.handled ?? []),
  ];
  const [first, ...rest] = failures;
  if (first) throw new BuildError([first, ...rest.slice(0, SHOWN - 1), ...more(failures.length - SHOWN)]);
  const report: TreeReport = {
    layers: layers.map(({ name, nodes }, index) => ({
      name,
      files: nodes.filter((node) => node.type !== 'directory').length,
      bytes: contents[index]?.bytes ?? 0,
    })),
    paths: stack.nodes.size,
    elfFiles: programs.elfFiles,
    scripts: programs.scripts,
    covered: stack.covered,
  };
  writeFileSync(outputs.report, `${canonicalJson(report)}\n`, { flag: 'wx' });
});

function unhandled(contents: readonly LayerContents[], handled: readonly string[]): readonly Failure[] {
  const covers = (entry: string, { owner, line }: Declaration): boolean =>
    entry === line || entry === owner || (entry.endsWith('*') && line.startsWith(entry.slice(0, -1)));
  return contents
    .flatMap((each) => each.declarations)
    .filter((declaration) => !handled.some((entry) => covers(entry, declaration)))
    .map((declaration) => messages.declarationUnhandled(declaration, declaration.line));
}

function more(count: number): readonly Failure[] {
  return count > 0 ? [messages.moreTroubles(count)] : [];
}
