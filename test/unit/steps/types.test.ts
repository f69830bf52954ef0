import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Artifact } from '../../../pipeline/core/step.ts';
import { Graph } from '../../../pipeline/graph/graph.ts';
import { defineWriter } from '../../../pipeline/steps/kit/define.ts';
import type { DiskParts } from '../../../pipeline/steps/kit/disk-parts.ts';
import { toolStep } from '../../../pipeline/steps/kit/tool.ts';
import { writer } from '../../../pipeline/steps/kit/writer.ts';
// @ts-expect-error There is no such kind of step.
import type { vdx } from '../../../pipeline/steps/vhd/step.ts';
import { vhd } from '../../../pipeline/steps/vhd/step.ts';
import type { write as writeVhd } from '../../../pipeline/steps/vhd/write.ts';

declare const parts: DiskParts;
declare const squashfs: Artifact<'squashfs'>;
declare const tar: Artifact<'tar'>;
declare const image: Artifact<'tool-image'>;

/**
 * Never called: each line that is expected to be an error is one, or the compiler, which looks at all tests, says that it is not. So a step
 * with a wrong option or a wrong input is seen before anything is built.
 */
export function mistakes(graph: Graph): unknown {
  return [
    vhd(graph, { title: 'right', inputs: parts, options: { sizeMiB: 5 } }).disk,
    // @ts-expect-error A misspelled option.
    vhd(graph, { title: 'wrong', inputs: parts, options: { sizeMib: 5 } }),
    // @ts-expect-error An option of another type.
    vhd(graph, { title: 'wrong', inputs: parts, options: { sizeMiB: '5' } }),
    // @ts-expect-error An input that the kind does not have.
    vhd(graph, { title: 'wrong', inputs: { ...parts, sate: tar }, options: {} }),
    // @ts-expect-error An input is missing.
    vhd(graph, { title: 'wrong', inputs: { plan: parts.plan, boot: parts.boot }, options: {} }),
    // @ts-expect-error An artifact of another kind.
    vhd(graph, { title: 'wrong', inputs: { ...parts, state: squashfs }, options: {} }),
    // @ts-expect-error An output that the kind does not have.
    vhd(graph, { title: 'wrong', inputs: parts, options: {} }).vhd,
    // @ts-expect-error A declaration whose outputs are not those of its writer.
    defineWriter<typeof writeVhd>('vhd', { disk: 'tar' }),
    // @ts-expect-error A writer that no directory has.
    defineWriter<typeof writeVhd>('vhdd', { disk: 'virtual-disk' }),
    // @ts-expect-error A step of a kind that no directory declares.
    toolStep({ graph, image }, { kind: 'gzipp', title: 'wrong', inputs: { tar }, output: { name: 'out', kind: 'file' }, commands: () => [{ argv: ['cat'] }] }),
    toolStep(
      { graph, image },
      {
        kind: 'gzip',
        title: 'wrong',
        inputs: { tar },
        output: { name: 'out', kind: 'file' },
        // @ts-expect-error A command that names no input of its step.
        commands: ({ input }) => [{ argv: ['cat'], stdin: input('tra') }],
      },
    ),
    writer<{ readonly inputs: { readonly tar: Artifact<'tar'> }; readonly options: { readonly at: number }; readonly outputs: { readonly file: 'file' } }>(({ inputs, outputs, options }) => {
      inputs.open('tar');
      // @ts-expect-error A writer that opens what its kind does not have.
      inputs.open('tra');
      // @ts-expect-error A writer that writes what its kind does not have.
      outputs.disk.at(0);
      // @ts-expect-error A writer that reads an option that its kind does not have.
      options.size.toFixed();
    }),
    // @ts-expect-error Options that no JSON holds.
    writer<{ readonly inputs: { readonly tar: Artifact<'tar'> }; readonly options: { readonly at: Date }; readonly outputs: { readonly file: 'file' } }>(() => undefined),
  ] satisfies readonly unknown[] as unknown as typeof vdx;
}

test('a step is what its recipe says, with the members of groups behind the names of the groups', () => {
  const graph = new Graph();
  const ref = (output: string) => ({ from: 'step', step: 0, output, kind: 'file' }) as unknown as Artifact<'file'>;
  const plan = { ...ref('plan'), kind: 'json' } as const;
  const given: DiskParts = { plan, boot: { ...ref('boot'), kind: 'fat' }, state: { ...ref('state'), kind: 'ext4' }, bios: { 'boot.img': ref('b'), 'core.img': ref('c') } };
  const { disk } = vhd(graph, { title: 'a disk', inputs: given, options: { sizeMiB: 7 } });
  const { kind, title, action, inputs, outputs } = graph.step(disk.step);
  assert.deepEqual({ kind, title, action, outputs }, { kind: 'vhd', title: 'a disk', action: { type: 'builtin', writer: 'vhd', options: { sizeMiB: 7 } }, outputs: { disk: 'virtual-disk' } });
  assert.deepEqual(Object.keys(inputs).sort(), ['bios/boot.img', 'bios/core.img', 'boot', 'plan', 'state']);
});
