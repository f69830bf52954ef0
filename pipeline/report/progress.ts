import type { BuildEvent, PlanEvent } from '../core/event.ts';
import { harmless } from '../core/harmless.ts';
import { formatSeconds } from './format.ts';

/** A step that runs, and since when (the reporter's clock, in milliseconds). */
export interface RunningStep {
  readonly title: string;
  readonly since: number;
}

/** How far a build is, by its plan. Without a plan it only knows what runs. */
export class Progress {
  readonly #now: () => number;
  readonly #running = new Map<number, RunningStep>();
  /** Milliseconds that each open step is expected to take, by the id that the plan gives it. */
  readonly #open = new Map<number, number>();
  readonly #idInPlan = new Map<number, number>();
  #plan: PlanEvent | undefined;
  #started = 0;
  #total = 0;
  #steps = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** What was planned; undefined before it is known. */
  get plan(): PlanEvent | undefined {
    return this.#plan;
  }

  /** What runs now, the longest first. */
  get running(): readonly RunningStep[] {
    return [...this.#running.values()].sort((a, b) => a.since - b.since);
  }

  take(event: BuildEvent): void {
    switch (event.type) {
      case 'plan':
        this.#begin(event);
        return;
      case 'step-start':
        this.#running.set(event.id, { title: harmless(event.title), since: this.#now() });
        return;
      case 'step-end':
      case 'step-failed':
        this.#running.delete(event.id);
        this.#open.delete(this.#idInPlan.get(event.id) ?? event.id);
        return;
      default:
        return;
    }
  }

  #begin(plan: PlanEvent): void {
    this.#plan = plan;
    this.#started = this.#now();
    this.#open.clear();
    for (const { id, alike, state, milliseconds } of plan.steps) {
      for (const other of alike ?? []) this.#idInPlan.set(other, id);
      // A step without a duration still counts.
      if (state !== 'cached') this.#open.set(id, Math.max(milliseconds ?? 0, 1));
    }
    this.#steps = this.#open.size;
    this.#total = sumOf(this.#open.values());
  }

  /** The part that is done, from 0 to 1; a running step counts by its time, and is never taken for done. */
  get #part(): number {
    let left = sumOf(this.#open.values());
    for (const [id, { since }] of this.#running) {
      const expected = this.#open.get(this.#idInPlan.get(id) ?? id);
      if (expected !== undefined) left -= Math.min(this.#now() - since, expected * 0.95);
    }
    return this.#total === 0 ? 1 : 1 - left / this.#total;
  }

  /** `12 of 17 steps, 62 %, about 40 s left`; undefined where nothing is to be done or no plan is known. */
  get line(): string | undefined {
    if (!this.#plan || this.#steps === 0) return undefined;
    const done = this.#steps - this.#open.size;
    const part = this.#part;
    const elapsed = this.#now() - this.#started;
    // Measured times are better than the pace so far, which downloads and steps of another kind gave.
    const left =
      this.#plan.isMeasured || part < 0.1 ? this.#plan.milliseconds * (1 - part) : (elapsed * (1 - part)) / part;
    const rest = this.#open.size === 0 ? '' : `, about ${formatSeconds(Math.max(left, 1000))} left`;
    return `${done} of ${this.#steps} steps, ${Math.floor(part * 100)} %${rest}`;
  }
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** What is to be downloaded for steps; undefined where more comes, such as results out of a remote cache, of which no plan knows how many it takes. */
export function plannedDownload(plan: PlanEvent | undefined, files: number): PlanEvent['download'] | undefined {
  return plan && files <= plan.download.files ? plan.download : undefined;
}
