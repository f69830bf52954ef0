import type { Report } from '../core/ports.ts';
import type { TroubleReason } from './source-trouble.ts';

/** What one address said. */
export interface Attempt {
  readonly url: string;
  readonly reason: TroubleReason;
  readonly message: string;
}

/** What is known of one source in this run. */
interface Standing {
  /** Vain tries in a row. */
  unreachable: number;
  /** Files that it does not have, as long as it never had one. */
  missing: number;
  hasGiven: boolean;
  readonly told: Set<TroubleReason>;
}

const GIVE_UP_AFTER = 3;

/**
 * How each source of a run behaves: one that cannot be reached three times in a row is left alone, and one that is passed over is named
 * once per kind of trouble. That a single file is missing is no news (mirrors drop what was superseded); that every file is, is.
 */
export class SourceHealth {
  readonly #standings = new Map<string, Standing>();

  isGivenUp(source: string): boolean {
    return this.#standing(source).unreachable >= GIVE_UP_AFTER;
  }

  gave(source: string): void {
    const standing = this.#standing(source);
    standing.hasGiven = true;
    standing.unreachable = 0;
  }

  /** `name` is what was asked for. */
  failed(source: string, attempt: Attempt, { name, report }: { readonly name: string; readonly report: Report }): void {
    const standing = this.#standing(source);
    const { reason, message } = attempt;
    standing.unreachable = reason === 'unreachable' ? standing.unreachable + 1 : 0;
    if (reason === 'missing') standing.missing++;
    const isNews = reason !== 'missing' || (!standing.hasGiven && standing.missing >= GIVE_UP_AFTER);
    if (!isNews || standing.told.has(reason)) return;
    standing.told.add(reason);
    report({ type: 'note', level: 'warning', message: `The source ${source} ${sentence(reason, name, message)}` });
  }

  #standing(source: string): Standing {
    const known = this.#standings.get(source);
    if (known) return known;
    const fresh: Standing = { unreachable: 0, missing: 0, hasGiven: false, told: new Set() };
    this.#standings.set(source, fresh);
    return fresh;
  }
}

function sentence(reason: TroubleReason, name: string, message: string): string {
  switch (reason) {
    case 'wrong':
      return `gave wrong bytes for ${name} and is passed over: ${message}.`;
    case 'missing':
      return `has had none of the files it was asked for so far; is its path right? (${name}: ${message})`;
    case 'unreachable':
    case 'refused':
      return `could not be used for ${name} and is passed over: ${message}.`;
  }
}
