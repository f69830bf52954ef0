import path from 'node:path';
import { nearestName } from '../config/nearest-name.ts';
import { loadYaml } from '../config/yaml-file.ts';
import { BuildError, type Failure } from '../core/failure.ts';
import type { Reporter } from '../core/ports.ts';
import type { PackagePin } from '../core/step.ts';
import { createHttp } from '../fetch/http.ts';
import { SharedUse } from '../host/shared-use.ts';
import { addPackages } from '../pins/add.ts';
import { checkPins } from '../pins/check.ts';
import type { PinsOptions } from '../pins/context.ts';
import { replaceFile } from '../pins/lock.ts';
import { updateProductPins, withProductPackages } from '../pins/product-update.ts';
import { refreshGone } from '../pins/refresh.ts';
import { type PinsUpdate, updatePins } from '../pins/update.ts';
import type { Product } from '../product/product.ts';
import { PRODUCT_FILE, PRODUCT_SCHEMA, type ProductFile } from '../product/product-file.ts';
import { FileBlobStore } from '../store/blobs.ts';
import type { Command, CommandContext } from './command.ts';
import { noPinsAction, noSuchPinsAction, optionsExclude } from './messages.ts';
import { readOptions } from './options.ts';
import { PROJECT_OPTION, productOf } from './project-option.ts';
import { makeReporter, notesTo } from './reporter.ts';
import { COMMON_OPTIONS, type Settings, settingsFrom } from './settings.ts';
import { blobFolder, storeFolder, waitsOf } from './wire.ts';

const ACTIONS = ['update', 'add', 'check'] as const;

const OPTIONS = {
  only: {
    type: 'string',
    multiple: true,
    value: 'PACKAGE',
    help: 'update: only this package, those named after it, and what they need; all others stay',
  },
  security: { type: 'boolean', help: 'update: only what a security archive has anew' },
  set: {
    type: 'string',
    value: 'SET',
    help: 'add: the set of targets/packages.yaml that gets the package (default: base)',
  },
  ...PROJECT_OPTION,
  strict: { type: 'boolean', help: 'check: exit 1 when anything was found' },
  ...COMMON_OPTIONS,
  json: { type: 'boolean', help: 'check: the result as JSON' },
} as const;

export const pins: Command = {
  name: 'pins',
  summary: 'resolve the lock of Debian packages anew, or list what Debian has superseded',
  usage: 'update | check | add PACKAGE…',
  about: `update   verifies the archives' signatures, resolves targets/packages.yaml anew and writes targets/packages.lock.json.
         A package whose maintainer scripts are new or changed must be acknowledged in targets/scripts.yaml first.
add      puts packages into a set of targets/packages.yaml and locks them; all others keep their version.
check    lists the locked packages that the archives have superseded or dropped. It changes nothing.`,
  options: OPTIONS,
  words: ACTIONS,
  async run(context) {
    const { values, positionals } = readOptions(context.argv, OPTIONS);
    const [action, ...names] = positionals;
    const work = action === undefined ? undefined : workOf(action, names, values);
    if (!work) throw new BuildError(unknownAction(positionals));
    const product = await productOf(values, context);
    if (product && action === 'add' && values.set !== undefined)
      throw new BuildError(optionsExclude(['--project', '--set']));
    return withPins(settingsFrom(values, context), context, (options) => work(options, context, product));
  },
};

type Values = ReturnType<typeof readOptions<typeof OPTIONS>>['values'];
type Work = (options: PinsOptions, context: CommandContext, product: Product | undefined) => Promise<number>;

/** What is to be done; undefined where the words do not say it. */
function workOf(action: string, names: readonly string[], values: Values): Work | undefined {
  const only = values.only === undefined ? [] : [...values.only, ...names];
  switch (action) {
    case 'add':
      if (names.length === 0) return undefined;
      return async (options, context, product) => {
        const update = product
          ? await addToProject(names, product, options)
          : await addPackages({ ...options, names, set: values.set ?? 'base' });
        return changed(update, context, product);
      };
    case 'check':
      if (names.length > 0) return undefined;
      return (options, context) =>
        check(options, context, { asJson: values.json === true, strict: values.strict === true });
    case 'update': {
      if ((only.length === 0 && names.length > 0) || (only.length > 0 && values.security)) return undefined;
      const moves = values.security ? 'security' : only.length > 0 ? only : undefined;
      return async (options, context, product) => {
        if (!product) return changed(await updatePins({ ...options, ...(moves ? { moves } : {}) }), context);
        if (moves === 'security') throw new BuildError(optionsExclude(['--project', '--security']));
        const update = await updateProductPins({ ...options, product, ...(moves ? { moves } : {}) });
        return changed(update, context, product);
      };
    }
    default:
      return undefined;
  }
}

/** Writes the names into rancheros.yaml once they are locked; who is interrupted between the two has a lock that is known to be stale. */
async function addToProject(names: readonly string[], product: Product, options: PinsOptions): Promise<PinsUpdate> {
  const known = product.file.data.packages ?? [];
  const file = path.join(product.folder, PRODUCT_FILE);
  const text = await withProductPackages(
    file,
    names.filter((name) => !known.includes(name)),
  );
  const shownAs = path.join(product.shownAs, PRODUCT_FILE);
  const asked = await loadYaml<ProductFile>({ file, shownAs, text, schema: PRODUCT_SCHEMA });
  const update = await updateProductPins({ ...options, product: { ...product, file: asked }, moves: [] });
  await replaceFile(file, text);
  return update;
}

function unknownAction(words: readonly string[]): Failure {
  const [action] = words;
  const near = action === undefined || words.length > 1 ? undefined : nearestName(action, ACTIONS);
  if (action === undefined) return noPinsAction();
  return noSuchPinsAction(words.join(' '), near === action ? undefined : near);
}

/** Locks the successors of a package that is gone from every source; warnings say what changed. */
export async function refreshPins(
  pin: PackagePin,
  settings: Settings,
  context: CommandContext,
  product: Product | undefined,
): Promise<void> {
  await withPins(settings, context, (options) => refreshGone(pin, { ...options, product }));
}

/** Lets something look at the pins with the ports that it needs. `isQuiet`: without a word of downloads. */
export async function withPins<T>(
  settings: Settings,
  context: CommandContext,
  use: (options: PinsOptions) => Promise<T>,
  { isQuiet = false }: { readonly isQuiet?: boolean } = {},
): Promise<T> {
  const reporter: Reporter = isQuiet
    ? { report: notesTo(context), close: async () => undefined }
    : await makeReporter(settings.output === 'json' ? 'plain' : settings.output, context);
  // Who only asks has an answer without one, and does not wait for long.
  const http = createHttp({ environment: context.env, ...(isQuiet ? { pauses: [500] } : {}) });
  const storeUse = new SharedUse(storeFolder(settings), waitsOf(reporter.report, context.signal));
  const endUse = await storeUse.acquire();
  try {
    return await use({
      projectFolder: context.projectFolder,
      store: new FileBlobStore({ folder: blobFolder(settings), paranoid: settings.paranoid, use: storeUse }),
      http,
      mirror: settings.mirror,
      environment: context.env,
      now: new Date(),
      report: reporter.report,
      signal: context.signal,
    });
  } finally {
    await endUse();
    await http.close();
    await reporter.close();
  }
}

function changed({ changes }: PinsUpdate, context: CommandContext, product?: Product): number {
  const lock = product ? path.join(product.shownAs, 'packages.lock.json') : 'targets/packages.lock.json';
  for (const change of changes) context.stdout.write(`${change}\n`);
  context.stdout.write(
    changes.length === 0 ? 'The lock is up to date.\n' : `${changes.length} changes written to ${lock}.\n`,
  );
  return 0;
}

async function check(
  options: PinsOptions,
  context: CommandContext,
  how: { readonly asJson: boolean; readonly strict: boolean },
): Promise<number> {
  const found = await checkPins(options);
  const exitCode = how.strict && !found.isCurrent ? 1 : 0;
  if (how.asJson) {
    context.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
    return exitCode;
  }
  for (const each of found.superseded)
    context.stdout.write(`${each.name} ${each.version} (${each.arch}): ${each.successor} is in ${each.archive}\n`);
  for (const each of found.vanished)
    context.stdout.write(`${each.name} ${each.version} (${each.arch}): no longer in the archives\n`);
  for (const set of found.stale) context.stdout.write(`the set ${set} is asked for otherwise than it is locked\n`);
  context.stdout.write(
    found.isCurrent ? 'Every locked package is current.\n' : 'Run `npm run pins -- update` to lock the newer ones.\n',
  );
  return exitCode;
}
