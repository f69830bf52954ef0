import path from 'node:path';
import { loadCloudConfig } from '../config/cloud-config.ts';
import { BuildError } from '../core/failure.ts';
import { parseVersion } from '../publish/version.ts';
import { allTargets, chosenTargets, noTargetNamed } from './all-targets.ts';
import type { BuildRequest } from './build-targets.ts';
import type { CommandContext, OptionTable } from './command.ts';
import * as messages from './messages.ts';
import { ownTargets } from './own-targets.ts';
import { ownVersion, PROJECT_OPTION, productOf, releasesIn } from './project-option.ts';

/** Options that say what is built: those of `build`, and of the commands that look ahead at a build. */
export const REQUEST_OPTIONS = {
  target: {
    type: 'string',
    multiple: true,
    value: 'NAME',
    help: 'a target; may be given several times (npm run targets lists them); words are targets too',
  },
  all: { type: 'boolean', help: 'every target' },
  version: {
    type: 'string',
    value: 'vX.Y.Z',
    help: 'the version to build (default: that of rancheros.yaml or package.json, with -dev)',
  },
  dist: { type: 'string', value: 'DIR', help: 'where releases go (default: dist/os of the project)' },
  'cloud-config': {
    type: 'string',
    value: 'FILE',
    help: 'bake this cloud-config into every file of these targets; it is checked first, and everybody who has the files can read it',
  },
  ...PROJECT_OPTION,
  'strict-config': {
    type: 'boolean',
    help: 'refuse a cloud-config with anything in it that has no effect, such as unknown keys; without it that is a warning',
  },
} as const satisfies OptionTable;

/** What was read of those options. */
export interface RequestValues {
  readonly target?: readonly string[] | undefined;
  readonly all?: boolean | undefined;
  readonly version?: string | undefined;
  readonly dist?: string | undefined;
  readonly project?: string | undefined;
  readonly 'cloud-config'?: string | undefined;
  readonly 'strict-config'?: boolean | undefined;
  readonly frozen?: boolean | undefined;
}

/** What is to be built. A wrong name, version or cloud-config is refused here, before anything is done. */
export async function requestFrom(
  values: RequestValues,
  words: readonly string[],
  { command, context }: { readonly command: string; readonly context: CommandContext },
): Promise<BuildRequest> {
  const isStrict = values['strict-config'] === true;
  const product = await productOf(values, context, { isStrict });
  const own = await ownTargets(product, context);
  const all = allTargets(own);
  const names = [...(values.target ?? []), ...words];
  if (names.length === 0 && !values.all)
    throw noTargetNamed(`npm run ${command} -- --target ${own[0]?.name ?? 'amd64'}`, { all, more: ', or --all' });
  const { text: version, prerelease } = parseVersion(values.version ?? (await ownVersion(product, context)));
  const baked = values['cloud-config'];
  if (baked === undefined && product?.cloudConfig === undefined && isStrict)
    throw new BuildError(messages.noConfigToCheck());
  const cloudConfig =
    baked === undefined
      ? product?.cloudConfig
      : await loadCloudConfig(path.resolve(context.callerFolder, baked), baked, { isStrict });
  return {
    targets: values.all ? all : chosenTargets(names, all),
    // Who makes targets of one's own makes a line of their own.
    line: (own.length > 0 ? own : all).map((target) => target.name),
    version,
    isFinal: prerelease.length === 0,
    root: releasesIn(values, context),
    // A final release is made of what a commit holds, and of nothing that was resolved on the way.
    refreshes: values.frozen !== true && prerelease.length > 0,
    cloudConfig,
    product,
  };
}
