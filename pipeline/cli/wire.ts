import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { readAhead } from '../../overlays/ros/config/read-before.ts';
import { OS_CONFIG_FILE, withVersion } from '../../overlays/ros/config/sources.ts';
import { type BakedConfig, loadCloudConfig } from '../config/cloud-config.ts';
import { loadModuleLists, type ModuleLists } from '../config/module-lists.ts';
import { loadOverlayRules, type OverlayRules } from '../config/overlay-rules.ts';
import { demandServices } from '../config/service-definitions.ts';
import type { Digest } from '../core/digest.ts';
import { BuildError } from '../core/failure.ts';
import type { Medium } from '../core/medium.ts';
import type { Report } from '../core/ports.ts';
import type { Artifact } from '../core/step.ts';
import { Engine } from '../engine/engine.ts';
import { BuiltinExecutor } from '../exec/builtin.ts';
import { chooseExecutor, type ExecutorChoice } from '../exec/choice.ts';
import { ToolRoots } from '../exec/roots.ts';
import { createArchiveSources } from '../fetch/archive-sources.ts';
import { createFetcher } from '../fetch/fetcher.ts';
import { createHttp } from '../fetch/http.ts';
import { Graph } from '../graph/graph.ts';
import type { LeaseWaitOptions } from '../host/lease-watch.ts';
import { SharedUse } from '../host/shared-use.ts';
import { accountsOf, effectsOf } from '../pins/acknowledgements.ts';
import { requireFreshLock } from '../pins/fresh-lock.ts';
import { type Lock, packagesOf } from '../pins/lock.ts';
import { acknowledgementsWith, requireProductLock } from '../pins/product-pins.ts';
import { StepCostFile } from '../plan/costs.ts';
import { type Forecast, forecast } from '../plan/forecast.ts';
import { PlanRecords } from '../plan/records.ts';
import { type Product, withModules } from '../product/product.ts';
import { parseVersion } from '../publish/version.ts';
import type { BuildContext, ProductParts } from '../recipes/context.ts';
import { systemImages } from '../recipes/system.ts';
import { toolImage } from '../recipes/tool-image.ts';
import { layRemoteCache, REMOTE_TIMEOUTS } from '../remote/remote-cache.ts';
import type { Uploaded } from '../remote/uploads.ts';
import { FileActionCache } from '../store/actions.ts';
import { FileBlobStore } from '../store/blobs.ts';
import { keepWithinBudget } from '../store/budget.ts';
import type { Collected } from '../store/garbage.ts';
import type { CommandContext } from './command.ts';
import { keepStep } from './kept-step.ts';
import { configurationText, partsOfProduct } from './product-parts.ts';
import { ProofCollector } from './proof-collector.ts';
import * as messages from './release-messages.ts';
import type { Settings } from './settings.ts';

/** Raised when the layout of the cache folder changes; older ones are left for `gc`. */
const CACHE_LAYOUT = 'v1';

/** Where the store of this layout lies. */
export function storeFolder(settings: Settings): string {
  return path.join(settings.cacheFolder, CACHE_LAYOUT);
}

/** Where the blobs lie. */
export function blobFolder(settings: Settings): string {
  return path.join(storeFolder(settings), 'blobs');
}

/** A remote cache in this run. */
export interface RemoteState {
  readonly url: string;
  /** Whether results may be taken from it. */
  readonly isRead: boolean;
  /** Why it is not asked any more. */
  readonly whyGivenUp: string | undefined;
}

/** The ports of one run, wired. */
export interface Wiring {
  readonly context: BuildContext;
  readonly engine: Engine;
  readonly store: FileBlobStore;
  /** What `make` gives, with the artifacts that must come about before anything of it is published. */
  /** What a recipe said of a release file; undefined where none did. */
  readonly mediumOf: (artifact: Artifact) => Medium | undefined;
  readonly collectProofs: <T>(make: () => T) => { readonly made: T; readonly proofs: readonly Artifact[] };
  /** What `packages.yaml` resolved to. */
  readonly lock: Lock;
  /** What a build of some artifacts would do, as far as that can be known without running a step. */
  readonly forecast: (artifacts: readonly Artifact[], options: { readonly isUnisolated: boolean }) => Promise<Forecast>;
  /** Plans of the builds that the store remembers, and what their steps took. */
  readonly records: PlanRecords;
  readonly costs: StepCostFile;
  /** What tools run with; asked once. It makes the tool image where that is not there. */
  readonly toolExecutor: () => Promise<ExecutorChoice>;
  /** Builds the tool image of a package set and gives the folder it is unpacked in. */
  readonly toolRoot: (set: string) => Promise<string>;
  /** What is known of the remote cache; undefined where none was named. */
  readonly remoteState: () => RemoteState | undefined;
  /** Waits for what is being given to the remote cache; undefined where nothing is. */
  readonly finishUploads: () => Promise<Uploaded | undefined>;
  /** Removes from the store what was not used for longest, if it takes more than it may; what was removed, if anything was to be. */
  readonly limitStore: () => Promise<Collected | undefined>;
  /** Ends worker threads and connections, and the use of the store. */
  readonly close: () => Promise<void>;
}

/** The composition root: makes every port for a command. */
export async function wire(options: {
  readonly command: CommandContext;
  readonly settings: Settings;
  readonly version: string;
  /** What is baked into the files of all targets. */
  readonly cloudConfig?: BakedConfig | undefined;
  /** The project whose files are built. */
  readonly product?: Product | undefined;
  readonly report: Report;
  /** After a failure start nothing new. */
  readonly failFast: boolean;
  /** Whether the directory of a failed step is kept, and said where. */
  readonly keepFailed?: boolean;
  /** Whether results are given to the remote cache. */
  readonly fillsRemoteCache?: boolean;
}): Promise<Wiring> {
  const { command, settings, report } = options;
  const { projectFolder, bundleFolder, signal } = command;
  const folder = storeFolder(settings);
  const use = new SharedUse(folder, waitsOf(report, signal));
  const { version, cloudConfig } = options;
  const isFinal = parseVersion(version).prerelease.length === 0;
  const store = new FileBlobStore({ folder: blobFolder(settings), paranoid: settings.paranoid, use });
  const refusesRemote = isFinal && !settings.releaseFromCache;
  const actions = new FileActionCache(path.join(folder, 'actions'), { refusesRemote });
  const roots = new ToolRoots(path.join(folder, 'roots'), { use, isParanoid: settings.paranoid, report });
  // What a build left that was killed, or stopped twice.
  await Promise.all([store.prepare(), roots.tidy()]);
  const endUse = await use.acquire();
  const graph = new Graph();
  const lock = await requireProductLock(await requireFreshLock(projectFolder), projectFolder, options.product);
  const proofs = new ProofCollector();
  const { product } = options;
  const parts = product && (await partsOfProduct(product, projectFolder));
  const media = new Map<string, Medium>();
  const context = await readContext({
    media,
    proofs,
    projectFolder,
    graph,
    lock,
    version,
    cloudConfig,
    product,
    parts,
    rosProgram: await readProgram(path.join(bundleFolder, 'ros')),
    readConfiguration: readAhead({
      [OS_CONFIG_FILE]: withVersion(parts?.configuration ?? (await configurationText(projectFolder)), version),
    }),
  });
  const http = createHttp({ environment: command.env });
  const sources = createArchiveSources({
    http,
    archives: lock.archives,
    mirror: settings.mirror,
    environment: command.env,
  });
  const fetcher = createFetcher({ store, top: projectFolder, productTop: product?.folder, http, sources });
  const remoteHttp = createHttp({ environment: command.env, timeouts: REMOTE_TIMEOUTS });
  const remote = settings.remoteCache && {
    url: settings.remoteCache.url,
    ...layRemoteCache({
      address: settings.remoteCache,
      isRead: !refusesRemote,
      isFilled: options.fillsRemoteCache === true,
      store,
      actions,
      http: remoteHttp,
      report,
      signal,
    }),
  };
  const reached = { store: remote?.store ?? store, actions: remote?.actions ?? actions };
  const builtinExecutor = new BuiltinExecutor({ bundleFolder });
  let toolExecutor: Promise<ExecutorChoice> | undefined;
  const writerCode = JSON.parse(await readFile(path.join(bundleFolder, 'writers.json'), 'utf8')) as {
    [writer: string]: Digest;
  };

  const engine: Engine = new Engine({
    graph,
    ...reached,
    builtinExecutor,
    fetcher,
    writerCode,
    report,
    signal,
    parallel: settings.jobs,
    failFast: options.failFast,
    keepFailed: options.keepFailed
      ? (failed) => keepStep(failed, { folder: path.join(settings.cacheFolder, 'failed'), report })
      : undefined,
    toolExecutor: () => chosenExecutor().then(({ executor }) => executor),
  });
  const chosenExecutor = (): Promise<ExecutorChoice> => {
    toolExecutor ??= imageOf('tools').then(async (image) => {
      const { env } = command;
      const scratch = () => store.scratch();
      const tried = { wanted: settings.executor, mustIsolate: isFinal, roots, image, env, scratch, signal };
      const choice = await chooseExecutor(tried);
      const level = choice.executor.isolated ? 'info' : 'warning';
      report({ type: 'note', level, message: choice.sentence });
      return choice;
    });
    return toolExecutor;
  };
  const imageOf = async (set: string): Promise<{ readonly digest: Digest; readonly tar: string }> => {
    const image: Artifact<'tool-image'> = toolImage(context, set);
    const { digest } = await engine.build(image);
    return { digest, tar: store.pathOf(digest) };
  };
  return {
    context,
    engine,
    store,
    mediumOf: (artifact) => media.get(nameOf(artifact)),
    collectProofs: (make) => proofs.collect(make),
    forecast: (artifacts, { isUnisolated }) =>
      forecast(artifacts, { graph, ...reached, writerCode, fetch: (input) => engine.fetch(input), isUnisolated }),
    records: new PlanRecords(path.join(folder, 'plans')),
    costs: new StepCostFile(path.join(folder, 'plans')),
    toolExecutor: chosenExecutor,
    remoteState: () => remote && { url: remote.url, isRead: !refusesRemote, whyGivenUp: remote.whyGivenUp() },
    finishUploads: async () => remote?.finishUploads(),
    lock,
    toolRoot: async (set) => roots.rootOf(await imageOf(set)),
    limitStore: () =>
      keepWithinBudget(folder, use, { most: settings.cacheMost, written: store.bytesWritten, now: Date.now() }),
    close: async () => {
      await builtinExecutor.close();
      await toolExecutor?.then(
        ({ executor }) => executor.close?.(),
        () => undefined,
      );
      await http.close();
      await remoteHttp.close();
      await endUse();
    },
  };
}

function nameOf({ step, output }: Artifact): string {
  return `${step}/${output}`;
}

/** How a command waits for others: it says so, and ends when it is told to. */
export function waitsOf(report: Report, signal: AbortSignal): LeaseWaitOptions {
  return { signal, tell: (message) => report({ type: 'note', level: 'warning', message }) };
}

/** Reads the project's own files (module lists, rules of overlays, acknowledgements) for targets to build from. */
export async function readContext(
  options: Pick<BuildContext, 'graph' | 'version' | 'rosProgram' | 'readConfiguration'> & {
    readonly proofs: ProofCollector;
    /** Takes what recipes say of release files. */
    readonly media?: Map<string, Medium>;
    readonly projectFolder: string;
    readonly lock: Lock;
    readonly cloudConfig: BakedConfig | undefined;
    readonly product?: Product | undefined;
    /** What of it targets build from. */
    readonly parts?: ProductParts | undefined;
  },
): Promise<BuildContext> {
  const { projectFolder, lock } = options;
  const { data: acknowledgements } = await acknowledgementsWith(projectFolder, options.product);
  const kernelConfigs = await loadAll<ModuleLists>(projectFolder, 'kernel-configs', loadModuleLists);
  const overlayRules = await loadAll<OverlayRules>(projectFolder, 'overlays', loadOverlayRules);
  await demandConfigs(projectFolder, options.product);
  const { product } = options;
  const memory = new Map<object, Map<string, { readonly made: unknown; readonly proofs: readonly Artifact[] }>>();
  return {
    graph: options.graph,
    version: options.version,
    releaseUrl: `${product?.file.data.releaseUrl ?? 'https://releases.rancher.com/os'}/${options.version}`,
    packages: (set, arch) => packagesOf(lock, set, arch),
    accounts: (arch) => accountsOf({ lock, acknowledgements, arch }),
    effects: (sets, arch) => effectsOf({ lock, acknowledgements, sets, arch }),
    kernelModules: (flavour, arch) =>
      withModules(demand(kernelConfigs, `${flavour}-${arch}`, 'kernel-configs'), product, arch),
    overlayRules: (name) => demand(overlayRules, name, 'overlays'),
    cloudConfig: options.cloudConfig?.text,
    product: options.parts,
    rosProgram: options.rosProgram,
    readConfiguration: options.readConfiguration,
    prove: (artifact) => options.proofs.add(artifact),
    describe(file, medium) {
      options.media?.set(nameOf(file), medium);
      // A release cannot be listed without them.
      if (medium.measures) options.proofs.add(medium.measures);
    },
    memo: <T>(recipe: object, words: string, make: () => T): T => {
      const ofRecipe = memory.get(recipe) ?? new Map();
      memory.set(recipe, ofRecipe);
      const known = ofRecipe.get(words);
      if (known) {
        // Whoever stands on what was made before stands on its proofs too.
        for (const artifact of known.proofs) options.proofs.add(artifact);
        return known.made as T;
      }
      const fresh = options.proofs.collect(make);
      ofRecipe.set(words, fresh);
      return fresh.made;
    },
  };
}

/** Configuration of the system and of targets is baked in too: a mistake in it is told before any step runs, not by each machine. */
async function demandConfigs(projectFolder: string, product: Product | undefined): Promise<void> {
  const overlays = await readdir(path.join(projectFolder, 'overlays'), { withFileTypes: true });
  const files = overlays
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => ['os-config.yml', 'target.yml'].map((file) => `overlays/${name}/usr/share/ros/${file}`))
    .filter((file) => existsSync(path.join(projectFolder, file)))
    .sort();
  await Promise.all(files.map((file) => loadCloudConfig(path.join(projectFolder, file), file, { isStrict: true })));
  await demandServices(
    projectFolder,
    systemImages(undefined).map(({ name }) => name),
    product?.services,
  );
}

/** The files of the guest program, by their names. */
async function readProgram(folder: string): Promise<ReadonlyMap<string, string>> {
  const names = (await readdir(folder)).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(path.join(folder, name), 'utf8')] as const)),
  );
}

/** Every YAML file of a folder, by its name without the ending. */
async function loadAll<T>(
  projectFolder: string,
  folder: string,
  load: (file: string, shownAs: string) => Promise<T>,
): Promise<ReadonlyMap<string, T>> {
  const names = (await readdir(path.join(projectFolder, folder))).filter((name) => name.endsWith('.yaml')).sort();
  const loaded = await Promise.all(
    names.map(
      async (name) =>
        [name.replace(/\.yaml$/, ''), await load(path.join(projectFolder, folder, name), `${folder}/${name}`)] as const,
    ),
  );
  return new Map(loaded);
}

function demand<T>(map: ReadonlyMap<string, T>, name: string, folder: string): T {
  const value = map.get(name);
  if (value === undefined) throw new BuildError(messages.noSuchYamlFile(`${folder}/${name}.yaml`, [...map.keys()]));
  return value;
}
