import path from 'node:path';
import type { Digest } from '../core/digest.ts';
import { BuildError } from '../core/failure.ts';
import type { Report } from '../core/ports.ts';
import { demandIsolation, waivesIsolation } from '../exec/choice.ts';
import { unfitForRelease } from '../exec/messages.ts';
import { BUILD_EPOCH } from '../graph/graph.ts';
import { DirectoryDestination } from '../publish/directory.ts';
import { demandPublishable, wouldTakeOut } from '../publish/publish.ts';
import type { BuildRequest } from './build-targets.ts';
import { demandCleanTree } from './clean-tree.ts';
import type { CommandContext, OptionTable } from './command.ts';
import { demandCurrentLock } from './current-lock.ts';
import type { Outlook } from './outlook.ts';
import { demandRoom, demandWritable } from './room.ts';
import type { Settings } from './settings.ts';
import type { BegunTarget } from './target-outcome.ts';
import type { Wiring } from './wire.ts';

/** Options that turn a refusal into a warning. */
export const REFUSAL_OPTIONS = {
  'allow-dirty': { type: 'boolean', help: 'release a tree with changes that no commit holds' },
  'accept-stale': {
    type: 'boolean',
    help: 'release packages that security updates have superseded, or of which no index can be reached',
  },
  'ignore-space': { type: 'boolean', help: 'build although the disk seems to have too little room' },
} as const satisfies OptionTable;

/** What a person accepts. */
export interface Accepted {
  readonly allowDirty: boolean;
  readonly acceptStale: boolean;
  readonly ignoreSpace: boolean;
}

/** What was read of those options. */
export function acceptedBy(
  values: { readonly [name in keyof typeof REFUSAL_OPTIONS]?: boolean | undefined },
): Accepted {
  return {
    allowDirty: values['allow-dirty'] === true,
    acceptStale: values['accept-stale'] === true,
    ignoreSpace: values['ignore-space'] === true,
  };
}

interface Asked {
  readonly request: BuildRequest;
  readonly settings: Settings;
  readonly accepted: Accepted;
  readonly context: CommandContext;
  readonly report: Report;
}

/** What can be refused before any file of the project but its names is read. */
export async function refuseRequest(
  { request, settings, accepted, context, report }: Asked,
  sources: Digest,
): Promise<void> {
  const { version, root, isFinal } = request;
  if (waivesIsolation(settings.executor) && isFinal)
    throw new BuildError(unfitForRelease(`the executor "${settings.executor}" was asked for`));
  await demandPublishable({ version, sources }, destinationOf(root));
  await demandWritable(path.join(root, version));
  await demandWritable(root);
  if (isFinal) await demandCleanTree(context, { allowDirty: accepted.allowDirty, product: request.product, report });
}

/** What can be refused when it is known what would run, and before any of it runs. What would disappear is named. */
export async function refuseOutlook(
  { request, settings, accepted, context, report }: Asked,
  known: {
    readonly wiring: Wiring;
    readonly outlook: Outlook;
    readonly begun: readonly BegunTarget[];
    readonly sources: Digest;
  },
): Promise<void> {
  const { outlook, begun, sources, wiring } = known;
  await demandRoom(outlook, { ignoreSpace: accepted.ignoreSpace, report });
  if (request.isFinal) {
    await demandSandbox(outlook, settings.executor, context);
    await demandCurrentLock(context, { lock: wiring.lock, settings, acceptStale: accepted.acceptStale, report });
  }
  const paths = begun.flatMap(({ made }) => Object.keys(made?.artifacts ?? {}));
  const targets = begun.flatMap(({ made, target }) => (made ? [target.name] : []));
  const gone = await wouldTakeOut({ version: request.version, sources, targets, paths }, destinationOf(request.root));
  if (gone.length > 0) report({ type: 'note', level: 'warning', message: goneText(gone, request) });
}

/** Before the tool image is there, the host is asked; the executor itself is asked later, before its first step. */
async function demandSandbox(
  { executor, forecast }: Outlook,
  wanted: Settings['executor'],
  { env, signal }: CommandContext,
): Promise<void> {
  const needsTools = forecast.steps.some(({ state, commands }) => state !== 'cached' && commands !== undefined);
  if (executor.name === undefined && needsTools) await demandIsolation(wanted, { env, signal });
}

function goneText(gone: readonly string[], { root, version }: BuildRequest): string {
  return `Publishing will remove ${gone.join(', ')} from ${path.join(root, version)}: they are of other sources or of another cloud-config, and one version is of one source. Give this build a --version of its own to keep them.`;
}

function destinationOf(root: string): DirectoryDestination {
  return new DirectoryDestination(root, { epoch: BUILD_EPOCH });
}
