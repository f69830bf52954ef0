import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import pLimit from 'p-limit';
import type { Digest } from '../core/digest.ts';
import { BuildError } from '../core/failure.ts';
import { interrupted, stopIfAborted } from '../core/interrupted.ts';
import type { Json } from '../core/json.ts';
import {
  type ActionCache,
  type ActionRecord,
  type BlobStore,
  type Executor,
  type Fetcher,
  type InputFile,
  type Report,
  type RunRequest,
  workFolderOf,
} from '../core/ports.ts';
import type { Artifact, Blob, Input, InputRef, Step } from '../core/step.ts';
import type { Graph } from '../graph/graph.ts';
import { type KeyContext, keyManifest, keyOf } from '../graph/key.ts';
import { outputMissing } from './messages.ts';

/** The makers of an engine: ports, and what it may use of the machine. */
export interface EngineOptions {
  readonly graph: Graph;
  readonly store: BlobStore;
  readonly actions: ActionCache;
  /** Chosen when the first tool step must really run. */
  readonly toolExecutor: () => Promise<Executor>;
  readonly builtinExecutor: Executor;
  readonly fetcher: Fetcher;
  /** Digest of each built-in writer's bundle, by writer name. */
  readonly writerCode: { readonly [writer: string]: Digest };
  /** How many steps run at once. */
  readonly parallel: number;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** After a failure start nothing new, instead of going on with what does not stand on it. */
  readonly failFast: boolean;
  /** Takes the folders of a step that failed, before they are removed; without it nothing of them is kept. */
  readonly keepFailed?: ((failed: FailedRun) => Promise<void>) | undefined;
}

/** What a failed step leaves: `outFolder` of the request, and `/work` beside it. */
export interface FailedRun {
  readonly request: RunRequest;
  readonly executor: Executor;
}

interface Outcome {
  readonly outputs: { readonly [name: string]: Blob };
}

/** Runs what an artifact needs, each step at most once, as much at a time as allowed. Draws nothing, knows no tool. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #limit: ReturnType<typeof pLimit>;
  readonly #steps = new Map<number, Promise<Outcome>>();
  readonly #running = new Map<Digest, Promise<Outcome>>();
  readonly #inputs = new Map<string, Promise<Blob>>();
  readonly #manifests = new Map<number, Json>();
  /** Blobs whose bytes were hashed in this run: made, or about to be used. */
  readonly #hashed = new Set<Digest>();
  #hasFailed = false;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#limit = pLimit(options.parallel);
  }

  /** What the key of a step that was resolved in this run is the digest of. */
  manifestOf(id: number): Json {
    return this.#manifests.get(id) ?? null;
  }

  /** The blob behind an artifact, with its bytes in the store: made now where no equal one was made before. */
  async build(artifact: Artifact): Promise<Blob> {
    for (;;) {
      const outcome = this.#outcomeOf(artifact.step);
      const blob = blobOf(await outcome, artifact);
      if (await this.#options.store.bring(blob.digest)) return blob;
      // Promised bytes did not come. The record that names them counts as a miss from now on, so that the step runs.
      if (this.#steps.get(artifact.step) === outcome) this.#steps.delete(artifact.step);
    }
  }

  /** The blob behind an artifact; its bytes may still lie in another store. */
  async resolve(artifact: Artifact): Promise<Blob> {
    return blobOf(await this.#outcomeOf(artifact.step), artifact);
  }

  /** The bytes of an input from outside, brought into the store. */
  fetch(input: Input): Promise<Blob> {
    const id = input.from === 'repository' ? `repository:${input.of ?? ''}:${input.path}` : input.digest;
    let blob = this.#inputs.get(id);
    if (!blob) {
      blob = this.#fetchOnce(input);
      this.#inputs.set(id, blob);
    }
    return blob;
  }

  async #fetchOnce(input: Input): Promise<Blob> {
    const { store, fetcher, report, signal } = this.#options;
    if (input.from !== 'repository' && (await store.has(input.digest)))
      return { digest: input.digest, size: input.size };
    return fetcher.fetch(input, { report, signal });
  }

  #outcomeOf(id: Step['id']): Promise<Outcome> {
    let outcome = this.#steps.get(id);
    if (!outcome) {
      outcome = this.#resolve(this.#options.graph.step(id));
      this.#steps.set(id, outcome);
    }
    return outcome;
  }

  /** Digest of an input's bytes. A pinned one is known without being fetched, so that a cached step downloads nothing. */
  async #digestOf(ref: InputRef): Promise<Digest> {
    if (ref.from === 'step') return (await this.resolve(ref)).digest;
    if (ref.from === 'repository') return (await this.fetch(ref)).digest;
    return ref.digest;
  }

  async #resolve(step: Step): Promise<Outcome> {
    for (;;) {
      const context = await this.#contextOf(step);
      const key = this.#keyed(step, context);
      // What was made in isolation serves everybody, and is found before anybody asks whether tools can be isolated here.
      const record = await this.#recordOf(step, key, ({ isolated }) => isolated);
      if (record) return record;
      if (!(await this.#areInputsHere(step, context))) continue;
      let running = this.#running.get(key);
      if (!running) {
        running = this.#make(step, key, context);
        this.#running.set(key, running);
      }
      return running;
    }
  }

  async #contextOf(step: Step): Promise<KeyContext> {
    const names = Object.keys(step.inputs);
    const digests = await allOrFirstCause(names.map((name) => this.#digestOf(step.inputs[name] as InputRef)));
    const inputs = Object.fromEntries(names.map((name, index) => [name, digests[index] as Digest]));
    const image = step.action.type === 'tool' ? (await this.resolve(step.action.image)).digest : undefined;
    const code = step.action.type === 'builtin' ? this.#options.writerCode[step.action.writer] : undefined;
    if (step.action.type === 'builtin' && !code) throw new Error(`no writer named ${step.action.writer}`);
    return { inputs, image, code };
  }

  /** Brings what other steps made into the store. False where one of them had to run for it and gave other bytes than those of the key. */
  async #areInputsHere({ inputs, action }: Step, context: KeyContext): Promise<boolean> {
    const needed = Object.entries(inputs).flatMap(([name, ref]) =>
      ref.from === 'step' ? [{ ref, digest: context.inputs[name] }] : [],
    );
    if (action.type === 'tool') needed.push({ ref: action.image, digest: context.image });
    const blobs = await allOrFirstCause(needed.map(({ ref }) => this.build(ref)));
    return needed.every(({ digest }, index) => blobs[index]?.digest === digest);
  }

  /** The key of a step, kept for whoever asks what it is made of. */
  #keyed(step: Step, context: KeyContext): Digest {
    this.#manifests.set(step.id, keyManifest(step, context));
    return keyOf(step, context);
  }

  /** What was once made under a key, if it is all here; told as the step's end. */
  async #recordOf(
    step: Step,
    key: Digest,
    isTrusted: (record: ActionRecord) => boolean,
  ): Promise<ActionRecord | undefined> {
    const record = await this.#options.actions.get(key);
    if (!record || !isTrusted(record) || !(await this.#isWithinReach(record))) return undefined;
    const { id, kind, title } = step;
    const { outputs } = record;
    this.#options.report({ type: 'step-end', id, kind, title, cached: true, key, milliseconds: 0, outputs });
    return record;
  }

  /** Makes what a step makes, or takes what was made without isolation where nothing better is to be had. */
  async #make(step: Step, isolatedKey: Digest, context: KeyContext): Promise<Outcome> {
    const executor = await this.#executorOf(step);
    const isUnisolated = !executor.isolated;
    const key = isUnisolated ? this.#keyed(step, { ...context, isUnisolated }) : isolatedKey;
    const record = isUnisolated ? await this.#recordOf(step, key, () => true) : undefined;
    if (record) return record;
    // Downloads have a limit of their own: they wait for the network, not for a processor.
    await this.#fetchInputs(step);
    return this.#limit(() => this.#run(step, key, context, executor));
  }

  async #executorOf(step: Step): Promise<Executor> {
    if (step.action.type === 'builtin') return this.#options.builtinExecutor;
    try {
      return await this.#options.toolExecutor();
    } catch (error) {
      throw this.#failed(step, error);
    }
  }

  async #isWithinReach({ outputs }: ActionRecord): Promise<boolean> {
    const { store } = this.#options;
    for (const { digest } of Object.values(outputs)) if (!(await store.isWithinReach(digest))) return false;
    return true;
  }

  async #fetchInputs(step: Step): Promise<void> {
    try {
      await allOrFirstCause(
        Object.values(step.inputs).flatMap((ref) => (ref.from === 'step' ? [] : [this.fetch(ref)])),
      );
    } catch (error) {
      throw this.#failed(step, error);
    }
  }

  async #run(step: Step, key: Digest, { inputs, image }: KeyContext, executor: Executor): Promise<Outcome> {
    const { store, report, signal, failFast } = this.#options;
    stopIfAborted(signal);
    if (failFast && this.#hasFailed) throw new BuildError(interrupted());
    report({ type: 'step-start', id: step.id, title: step.title });
    const started = performance.now();
    const folder = await store.scratch();
    let request: RunRequest | undefined;
    try {
      request = await this.#requestOf(step, folder, { inputs, image });
      await executor.run(request);
      const outputs: { [name: string]: Blob } = {};
      for (const name of Object.keys(step.outputs)) outputs[name] = await this.#adopt(step, path.join(folder, name));
      const record: ActionRecord = { title: step.title, executor: executor.name, isolated: executor.isolated, outputs };
      await this.#options.actions.set(key, record);
      report({
        type: 'step-end',
        kind: step.kind,
        id: step.id,
        title: step.title,
        cached: false,
        key,
        milliseconds: Math.round(performance.now() - started),
        outputs,
      });
      return record;
    } catch (error) {
      const { keepFailed } = this.#options;
      if (keepFailed && request && !isInterruption(error)) await keepFailed({ request, executor });
      throw this.#failed(step, error);
    } finally {
      await rm(folder, { recursive: true, force: true });
      await rm(workFolderOf(folder), { recursive: true, force: true });
    }
  }

  /** One run of a step: its inputs are in the store, and their bytes were hashed in this run. */
  async #requestOf(
    step: Step,
    outFolder: string,
    { inputs, image }: Pick<KeyContext, 'inputs' | 'image'>,
  ): Promise<RunRequest> {
    const { store, signal } = this.#options;
    const files: { [name: string]: InputFile } = {};
    for (const name of Object.keys(step.inputs)) {
      const digest = inputs[name] as Digest;
      await this.#hashOnce(digest);
      files[name] = { digest, path: store.pathOf(digest) };
    }
    const common = {
      title: step.title,
      inputs: files,
      outFolder,
      outputs: Object.keys(step.outputs),
      epoch: step.epoch,
      limits: step.limits,
      signal,
      keepsWork: this.#options.keepFailed !== undefined,
    };
    if (step.action.type === 'builtin')
      return { ...common, type: 'builtin', writer: step.action.writer, options: step.action.options };
    const digest = image as Digest;
    return {
      ...common,
      type: 'tool',
      image: { digest, tar: store.pathOf(digest) },
      commands: step.action.commands,
    };
  }

  /** Brings everything that a step needs into the store, and says how it would be run with some folder for its outputs. */
  async prepare(id: Step['id'], outFolder: string): Promise<RunRequest> {
    const step = this.#options.graph.step(id);
    const inputs: { [name: string]: Digest } = {};
    for (const [name, ref] of Object.entries(step.inputs)) {
      const { digest } = ref.from === 'step' ? await this.build(ref) : await this.fetch(ref);
      inputs[name] = digest;
    }
    const image = step.action.type === 'tool' ? (await this.build(step.action.image)).digest : undefined;
    return this.#requestOf(step, outFolder, { inputs, image });
  }

  async #adopt(step: Step, file: string): Promise<Blob> {
    const seen = await stat(file).catch(() => undefined);
    if (!seen?.isFile()) {
      throw new BuildError(outputMissing(step.title, path.basename(file)));
    }
    const blob = await this.#options.store.adopt(file);
    this.#hashed.add(blob.digest);
    return blob;
  }

  /** A step works on bytes that were hashed in this run, whatever lay on the disk before. */
  async #hashOnce(digest: Digest): Promise<void> {
    if (this.#hashed.has(digest)) return;
    await this.#options.store.verify(digest);
    this.#hashed.add(digest);
  }

  #failed(step: Step, error: unknown): unknown {
    if (!(error instanceof BuildError)) return error;
    const [failure] = error.failures;
    this.#hasFailed = true;
    if (failure.kind !== 'interrupted')
      this.#options.report({ type: 'step-failed', id: step.id, title: step.title, failure });
    return error;
  }
}

function blobOf({ outputs }: Outcome, { step, output }: Artifact): Blob {
  const blob = outputs[output];
  if (!blob) throw new Error(`step ${step} has no output ${output}`);
  return blob;
}

/** Waits for all, so that nothing runs on unseen, then throws the first real cause: an interruption only when nothing else failed. */
async function allOrFirstCause<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises);
  const reasons = settled.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
  if (reasons.length > 0) throw reasons.find((reason) => !isInterruption(reason)) ?? reasons[0];
  return settled.map((each) => (each as PromiseFulfilledResult<T>).value);
}

function isInterruption(error: unknown): boolean {
  return error instanceof BuildError && error.failures[0].kind === 'interrupted';
}
