import { writeFileSync } from 'node:fs';
import { BuildError } from '../../core/failure.ts';
import { canonicalJson } from '../../core/json.ts';
import type { PackageControl } from '../../trees/deb.ts';
import { writeTar } from '../../trees/tar-out.ts';
import { type Job, writer } from '../kit/writer.ts';
import { composeLayer } from './compose.ts';
import { contentsOf } from './contents.ts';
import { otherPackage } from './messages.ts';
import type { LayerStep } from './step.ts';

export const write = writer<LayerStep>(({ inputs, outputs, options, epoch }) => {
  const packages = new Map(
    (options.packages ?? []).map((name) => [
      name,
      { tar: inputs.open(`package/${name}`), control: controlOf(inputs, name) },
    ]),
  );
  const { tree, declarations } = composeLayer(
    options,
    {
      packages,
      overlays: new Map(options.overlays?.map(({ name }) => [name, inputs.open(`overlay/${name}`)])),
      files: new Map(inputs.group('file').map((path) => [path, inputs.open(`file/${path}`)])),
    },
    epoch,
  );
  writeTar(outputs.tar, tree.nodes.values(), epoch);
  const contents = contentsOf(
    tree.nodes.values(),
    [...packages.values()].map((each) => each.control),
    declarations,
  );
  writeFileSync(outputs.contents, `${canonicalJson(contents)}\n`, { flag: 'wx' });
});

function controlOf(inputs: Job<LayerStep>['inputs'], name: string): PackageControl {
  const control = JSON.parse(inputs.text(`control/${name}`)) as PackageControl;
  if (control.package !== name) throw new BuildError(otherPackage(name, control.package));
  return control;
}
