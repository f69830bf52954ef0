import { mkdir, rm } from 'node:fs/promises';
import { BuildError } from '../core/failure.ts';
import type { RunRequest } from '../core/ports.ts';
import { shellWord } from '../core/shell-word.ts';
import type { StepId } from '../core/step.ts';
import { BwrapExecutor } from '../exec/bwrap.ts';
import { toolImage } from '../recipes/tool-image.ts';
import { REQUEST_OPTIONS, requestFrom } from './build-request.ts';
import type { Command } from './command.ts';
import * as messages from './messages.ts';
import { readOptions } from './options.ts';
import { PROJECT_OPTION } from './project-option.ts';
import { makeReporter } from './reporter.ts';
import { COMMON_OPTIONS, settingsFrom } from './settings.ts';
import { chosenSteps } from './step-choice.ts';
import { artifactsOf, beginTargets } from './target-outcome.ts';
import { type Wiring, wire } from './wire.ts';

const { json: _json, ...SHARED } = COMMON_OPTIONS;
const OPTIONS = {
  target: {
    ...REQUEST_OPTIONS.target,
    help: 'look for the step in this target; may be given several times (default: all)',
  },
  version: REQUEST_OPTIONS.version,
  'cloud-config': REQUEST_OPTIONS['cloud-config'],
  ...PROJECT_OPTION,
  ...SHARED,
} as const;

export const shell: Command = {
  name: 'shell',
  summary: 'open a shell in the sandbox of a step, with its inputs',
  usage: 'STEP [--target NAME]',
  about: `Opens a shell in the sandbox of the step whose title is STEP, or contains it: its inputs in /in, an empty /out and /work, the tools of its
image, no network. Inputs that are not in the store are made first. What the step itself would run is shown. Nothing of the shell is kept.`,
  options: OPTIONS,
  async run(context) {
    const { values, positionals } = readOptions(context.argv, OPTIONS);
    const wanted = positionals.join(' ');
    if (wanted === '') throw new BuildError(messages.noStep('shell'));
    const request = await requestFrom({ ...values, all: values.target === undefined }, [], {
      command: 'shell',
      context,
    });
    const reporter = await makeReporter('plain', { ...context, stdout: context.stderr });
    const wiring = await wire({
      command: context,
      settings: settingsFrom(values, context),
      version: request.version,
      cloudConfig: request.cloudConfig,
      product: request.product,
      report: reporter.report,
      failFast: true,
    });
    const folder = await wiring.store.scratch();
    try {
      const { steps } = await wiring.forecast(artifactsOf(beginTargets(request.targets, wiring)), {
        isUnisolated: true,
      });
      const [step, ...others] = chosenSteps(steps, wanted);
      if (!step) throw new BuildError(messages.noStep('shell'));
      if (others.length > 0)
        throw new BuildError(
          messages.severalSteps(
            wanted,
            [step, ...others].map(({ title }) => title),
          ),
        );
      const [out, work] = [`${folder}/out`, `${folder}/work`];
      await mkdir(out);
      await mkdir(work);
      const prepared = await wiring.engine.prepare(step.id as StepId, out);
      const sandboxed = await toolRequest(prepared, wiring);
      const { executor } = await wiring.toolExecutor();
      if (!(executor instanceof BwrapExecutor)) throw new BuildError(messages.shellNeedsBubblewrap());
      await reporter.close();
      for (const line of aboutStep(prepared)) context.stderr.write(`${line}\n`);
      return await executor.shell(sandboxed, work);
    } finally {
      await reporter.close();
      await rm(folder, { recursive: true, force: true });
      await wiring.close();
    }
  },
};

/** A step of a writer of ours has no image: its inputs are looked at with the tools of the others. */
async function toolRequest(request: RunRequest, wiring: Wiring): Promise<RunRequest & { readonly type: 'tool' }> {
  if (request.type === 'tool') return request;
  const { digest } = await wiring.engine.build(toolImage(wiring.context, 'tools'));
  const { title, inputs, outFolder, outputs, epoch, limits, signal } = request;
  const image = { digest, tar: wiring.store.pathOf(digest) };
  return { title, inputs, outFolder, outputs, epoch, limits, signal, type: 'tool', image, commands: [] };
}

/** What the step would do, for whoever sits in its shell. */
function aboutStep(request: RunRequest): readonly string[] {
  const head = `The step "${request.title}": ${Object.keys(request.inputs).length} inputs in /in; its outputs are ${request.outputs.map((name) => `/out/${name}`).join(', ')}.`;
  if (request.type === 'builtin')
    return [head, `It is written by pipeline/steps/${request.writer}/write.ts, not by a tool.`];
  const commands = request.commands.map(({ argv, words, stdin, pieces, stdout }) => {
    const more = words === undefined ? '' : ` $(cat ${shellWord(words)})`;
    const input = stdin === undefined ? '' : ` <${shellWord(stdin)}`;
    const output = stdout === undefined ? '' : ` >${shellWord(stdout)}`;
    const note = pieces === undefined ? '' : `   # reads what the pieces in ${pieces} are put together to`;
    return `  ${argv.map(shellWord).join(' ')}${more}${input}${output}${note}`;
  });
  return [head, 'It runs:', ...commands];
}
