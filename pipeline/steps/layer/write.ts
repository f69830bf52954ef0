import { readFileSync, writeFileSync } from 'node:fs';
import { canonicalJson } from '../../core/json.ts';
import type { Writer, WriterJob } from '../../core/writer.ts';
import type { PackageControl } from '../../trees/deb.ts';
import { refuse } from '../../trees/decode.ts';
import { writeTar } from '../../trees/tar-out.ts';
import { Inputs, inputOf, outputOf } from '../kit/inputs.ts';
import { composeLayer } from './compose.ts';
import { contentsOf } from './contents.ts';
import { layerOptions } from './step.ts';

/**
 * Composes one layer.
 *
 * Inputs: `package/<name>` and `control/<name>` (outputs of `unpack-deb`), `overlay/<name>` (tars of repository folders), `file/<path>`
 * (single files, 0644). Options: `LayerOptions`. Outputs: `tar`, canonical; `contents`, a `LayerContents` as JSON.
 */
export const write: Writer = async (job) => {
  const options = layerOptions(job.options);
  const inputs = new Inputs(job);
  try {
    const packages = new Map(
      options.packages?.map(({ name }) => [
        name,
        { tar: inputs.open(`package/${name}`), control: controlOf(job, name) },
      ]),
    );
    const { tree, declarations } = composeLayer(
      options,
      {
        packages,
        overlays: new Map(options.overlays?.map(({ name }) => [name, inputs.open(`overlay/${name}`)])),
        files: new Map(inputs.below('file/').map((path) => [path, inputs.open(`file/${path}`)])),
      },
      job.epoch,
    );
    writeTar(outputOf(job, 'tar'), tree.nodes.values(), job.epoch);
    const contents = contentsOf(
      tree.nodes.values(),
      [...packages.values()].map((each) => each.control),
      declarations,
    );
    writeFileSync(outputOf(job, 'contents'), `${canonicalJson(contents)}\n`, { flag: 'wx' });
  } finally {
    inputs.close();
  }
};

function controlOf(job: WriterJob, name: string): PackageControl {
  const control = JSON.parse(readFileSync(inputOf(job, `control/${name}`), 'utf8')) as PackageControl;
  if (control.package !== name) throw refuse(`The input package/${name} is the package ${control.package}.`);
  return control;
}
