import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from './replace-file.ts';

/** What a step took when it last ran. */
export interface StepCost {
  readonly milliseconds: number;
  /** Of its outputs. */
  readonly bytes: number;
}

/** By the title of a step. */
export interface StepCosts {
  readonly [title: string]: StepCost;
}

/** What steps took when they last ran, as one small file. */
export class StepCostFile {
  readonly #file: string;

  constructor(folder: string) {
    this.#file = path.join(folder, 'costs.json');
  }

  async read(): Promise<StepCosts> {
    try {
      return JSON.parse(await readFile(this.#file, 'utf8')) as StepCosts;
    } catch {
      return {};
    }
  }

  async add(costs: StepCosts): Promise<void> {
    if (Object.keys(costs).length === 0) return;
    await mkdir(path.dirname(this.#file), { recursive: true });
    await replaceFile(this.#file, JSON.stringify({ ...(await this.read()), ...costs }));
  }
}
