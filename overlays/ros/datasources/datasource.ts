import type { Tree } from '../config/merge.ts';
import type { Metadata } from '../config/metadata.ts';
import { Failure, type System } from '../runtime/system.ts';

/** The result of a datasource. */
export interface Found {
  readonly metadata: Metadata;
  /** As it came, unpacked where gzip packed it. */
  readonly userData?: string;
  /** The platform's network, as `rancher.network`. */
  readonly network?: Tree;
  /** Messages about the parts that were left out. */
  readonly problems: readonly string[];
  /** A part of it, such as a metadata service beside a disk, did not answer, and is asked for again. */
  readonly isPartial?: boolean;
}

/** A failure of a source of which it is known whether it may pass by itself. Of others the source decides: networks may be late, disks are not. */
export class SourceFailure extends Failure {
  readonly mayPass: boolean;
  constructor(message: string, mayPass: boolean) {
    super(message);
    this.mayPass = mayPass;
  }
}

/** The context of a datasource. */
export interface Context {
  readonly system: System;
  /** Milliseconds of the system's clock at which everything has to be over. */
  readonly deadline: number;
  /** The text after the colon in `name:argument`. */
  readonly argument?: string;
  /** Another place for an address; tests have their servers elsewhere. */
  readonly at?: (url: string) => string;
}

export interface Datasource {
  readonly name: string;
  /** Whether it can be asked before there is a network. */
  readonly needs: 'disk' | 'hypervisor' | 'machine' | 'network';
  /** Returns the result, or fails with a sentence that says why there is none. */
  readonly ask: (context: Context) => Found;
  /** Reports to the platform that its configuration is applied, where the platform waits for that; or fails with a sentence. */
  readonly tellReady?: (context: Context) => void;
}

/** Folder of everything that is in the making; only root may look into it. */
export const WORK_FOLDER = '/run/ros/cloud-init';
