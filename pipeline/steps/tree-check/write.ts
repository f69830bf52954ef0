import { readFileSync, writeFileSync } from 'node:fs';
import { BuildError, type Failure } from '../../core/failure.ts';
import { canonicalJson } from '../../core/json.ts';
import type { Writer } from '../../core/writer.ts';
import { nodesOf } from '../../trees/tar-in.ts';
import { Inputs, inputOf, outputOf } from '../kit/inputs.ts';
import type { LayerContents } from '../layer/contents.ts';
import type { Declaration } from '../layer/declarations.ts';
import { danglingLinks } from './links.ts';
import { checkPrograms } from './programs.ts';
import { stackLayers } from './stack.ts';
import { treeCheckOptions } from './step.ts';

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

/**
 * Proves things about a tree, an ordered list of layers: no file is in two of them, every program finds its libraries and interpreter,
 * links lead somewhere, and what packages declare for systemd (sysusers.d, tmpfiles.d) is taken care of.
 *
 * Inputs: `layer/<name>` and `contents/<name>` (outputs of the writer `layer`). Options: `TreeCheckOptions`. Output: `report`, a
 * `TreeReport` as JSON. Throws `configuration`, one failure for each trouble.
 */
export const write: Writer = async (job) => {
  const options = treeCheckOptions(job.options);
  const inputs = new Inputs(job);
  try {
    const contents = options.layers.map(
      (name) => JSON.parse(readFileSync(inputOf(job, `contents/${name}`), 'utf8')) as LayerContents,
    );
    const layers = options.layers.map((name, index) => {
      const owners = new Map(contents[index]?.entries.map((entry) => [entry.path, entry.owner]));
      const nodes = nodesOf(inputs.open(`layer/${name}`), `layer ${name}`);
      return { name, nodes: nodes.map((node) => ({ ...node, owner: owners.get(node.path) ?? node.owner })) };
    });
    const stack = stackLayers(layers, options.replaces ?? []);
    const programs = checkPrograms(stack.nodes, {
      arch: options.arch,
      incomplete: options.incomplete ?? [],
      foreign: options.foreign ?? [],
    });
    const failures = [
      ...stack.conflicts.map((message) => trouble(message, 'Drop it from one layer, or name it under "replaces".')),
      ...programs.problems.map((message) =>
        trouble(message, 'Add the package that has it to the set, or drop the program.'),
      ),
      ...danglingLinks(stack.nodes, options.danglingLinks ?? []).map((message) =>
        trouble(message, 'Add what it points to, drop it, or name it under "danglingLinks".'),
      ),
      ...(options.required ?? [])
        .filter((path) => !stack.nodes.has(path))
        .map((path) =>
          trouble(
            `The tree has no /${path}, which a maintainer script would have made.`,
            'Make it, or correct pipeline/recipes/effects.ts.',
          ),
        ),
      ...unhandled(contents, options.handled ?? []).map((message) =>
        trouble(message, 'Make it (an overlay, a directory, an effect), then name the line under "handled".'),
      ),
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
    writeFileSync(outputOf(job, 'report'), `${canonicalJson(report)}\n`, { flag: 'wx' });
  } finally {
    inputs.close();
  }
};

function unhandled(contents: readonly LayerContents[], handled: readonly string[]): readonly string[] {
  const covers = (entry: string, { owner, line }: Declaration): boolean =>
    entry === line || entry === owner || (entry.endsWith('*') && line.startsWith(entry.slice(0, -1)));
  return contents
    .flatMap((each) => each.declarations)
    .filter((declaration) => !handled.some((entry) => covers(entry, declaration)))
    .map(({ owner, path, line }) => `/${path} of ${owner} asks for something that nothing here makes: "${line}".`);
}

function trouble(message: string, hint: string): Failure {
  return { kind: 'configuration', message, hint };
}

function more(count: number): readonly Failure[] {
  return count > 0 ? [{ kind: 'configuration', message: `There are ${count} more troubles with this tree.` }] : [];
}
