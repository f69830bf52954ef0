import type { BootFacts } from './boot-facts.ts';

/** A boot as the kept results have it. */
export interface BootRow extends BootFacts {
  /** How many checks there were, and the sentences of those that failed. */
  readonly checks: number;
  readonly failed: readonly string[];
  readonly secondsToDocker: number | null;
}

export function bootRows(folder: string, since: number): BootRow[];
export function bootTable(rows: readonly BootRow[]): string;
export function keepRows(file: string, rows: readonly BootRow[]): void;
