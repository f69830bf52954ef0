import type { Artifact } from '../../core/step.ts';
import { defineWriter } from '../kit/define.ts';
import type { write } from './write.ts';

/**
 * Proves that each file of firmware that a shipped module names (`modinfo -F firmware`) is shipped, or that somebody has said why it is not;
 * and that nothing is said of files that no module asks for, or that are there. A step that finds something else fails with
 * `configuration`, one failure for each.
 */
export interface FirmwareCheck {
  readonly inputs: {
    /** A `ModulesReport`. */
    readonly modules: Artifact<'json'>;
    /** Of the layer with the firmware: a `LayerContents`. */
    readonly contents: Artifact<'json'>;
  };
  /** Which firmware is left out, name or glob → why. */
  readonly options: { readonly without: { readonly [pattern: string]: string } };
  /** A `FirmwareReport` as JSON. */
  readonly outputs: { readonly report: 'json' };
}

export const firmwareCheck = defineWriter<typeof write>('firmware-check', { report: 'json' });
