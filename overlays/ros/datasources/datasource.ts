import type { Tree } from '../config/merge.ts';
import type { Metadata } from '../config/metadata.ts';
import { Failure, type System } from '../runtime/system.ts';

/** What a datasource gave. */
export interface Found {
  readonly metadata: Metadata;
  /** As it came, unpacked where gzip packed it. */
  readonly userData?: string;
  /** What the platform says about the network, as `rancher.network`. */
  readonly network?: Tree;
  /** Sentences about what was left out of it. */
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

/** What a datasource has to work with. */
export interface Context {
  readonly system: System;
  /** Milliseconds of the system's clock at which everything has to be over. */
  readonly deadline: number;
  /** What stands behind the colon in `name:argument`. */
  readonly argument?: string;
  /** Another place for an address; tests have their servers elsewhere. */
  readonly at?: (url: string) => string;
}

export interface Datasource {
  readonly name: string;
  /** Whether it can be asked before there is a network. */
  readonly needs: 'disk' | 'hypervisor' | 'machine' | 'network';
  /** Gives what it found, or fails with a sentence that says why there is nothing to be had. */
  readonly ask: (context: Context) => Found;
  /** Tells the platform that what it gave is in force, where a platform waits for that; or fails with a sentence. */
  readonly tellReady?: (context: Context) => void;
}

/** Folder of everything that is in the making; only root may look into it. */
export const WORK_FOLDER = '/run/ros/cloud-init';
