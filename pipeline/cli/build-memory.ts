import type { BuildEvent } from '../core/event.ts';
import type { Report } from '../core/ports.ts';
import type { StepCost } from '../plan/costs.ts';
import type { PlanRecord } from '../plan/records.ts';
import { artifactsOf, type BegunTarget } from './target-outcome.ts';
import type { Wiring } from './wire.ts';

/** Listens to a build, and lets the store remember it: what its steps took, and what their keys were made of. */
export class BuildMemory {
  readonly #costs: { [title: string]: StepCost } = {};

  /** Passes events on, and takes from them what steps took. */
  listening(report: Report): Report {
    return (event) => {
      this.#take(event);
      report(event);
    };
  }

  #take(event: BuildEvent): void {
    if (event.type !== 'step-end' || event.cached) return;
    const bytes = Object.values(event.outputs).reduce((sum, { size }) => sum + size, 0);
    this.#costs[event.title] = { milliseconds: event.milliseconds, bytes };
  }

  /** Trouble with it spoils no build: a store that cannot be written to has been told before. */
  async keep(
    begun: readonly BegunTarget[],
    wiring: Wiring,
    of: Pick<PlanRecord, 'version' | 'sources' | 'targets'>,
  ): Promise<void> {
    // Every step has a result now, whatever it ran in.
    const steps = async () => (await wiring.forecast(artifactsOf(begun), { isUnisolated: true })).steps;
    await wiring.costs.add(this.#costs).catch(() => undefined);
    await wiring.records.keep(of, steps).catch(() => undefined);
  }
}
