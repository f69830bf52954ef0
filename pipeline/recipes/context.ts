import type { ModuleLists } from '../config/module-lists.ts';
import type { OverlayRules } from '../config/overlay-rules.ts';
import type { Accounts } from '../core/accounts.ts';
import type { Medium } from '../core/medium.ts';
import type { Arch, Artifact, PackagePin } from '../core/step.ts';
import type { Graph } from '../graph/graph.ts';

/** What a project adds to every system, beside what the other members of a context have of it already. */
export interface ProductParts {
  readonly name: string | undefined;
  /** Directories that are laid over overlays/system in this order, by their paths in the project. */
  readonly overlays: readonly { readonly path: string; readonly rules: OverlayRules }[];
  /** Words of every kernel's command line, behind those of the release and before those of a target. */
  readonly kernelArguments: string;
  /** The text in the place of `usr/share/ros/os-config.yml`, where system services are added. */
  readonly configuration: string | undefined;
  /** Whether there is a package set `product`. */
  readonly hasPackages: boolean;
}

/** Everything a target may build from. Project files are read before; recipes and targets only add steps. */
export interface BuildContext {
  readonly graph: Graph;
  /** `vX.Y.Z[-pre]`. */
  readonly version: string;
  /** Address that the release will be served from, without a slash at the end, for scripts that hold absolute URLs. */
  readonly releaseUrl: string;
  /** The locked packages of a named set, in the lock's order. */
  readonly packages: (set: string, arch: Arch) => readonly PackagePin[];
  /** Effects that the scripts of some sets' packages are acknowledged with. */
  /** Accounts that packages of any set need. */
  readonly accounts: (arch: Arch) => Accounts;
  readonly effects: (sets: readonly string[], arch: Arch) => readonly string[];
  readonly kernelModules: (flavour: string, arch: Arch) => ModuleLists;
  readonly overlayRules: (name: string) => OverlayRules;
  /** A cloud-config that all files hold, as text: configuration above that of the release and below that of each machine. */
  readonly cloudConfig: string | undefined;
  /** What a project of one's own adds to every system; undefined where the release itself is built. */
  readonly product: ProductParts | undefined;
  /** The guest program, bundled to modules for QuickJS, by their names; `main.js` is the first. */
  readonly rosProgram: ReadonlyMap<string, string>;
  /** The release's own configuration as the guest program reads it, in the form in which that keeps it. */
  readonly readConfiguration: string;
  /** Names an artifact that must come about before anything is published, though no file holds it: a check. */
  readonly prove: (artifact: Artifact) => void;
  /** Says what a release file is and what is in it, for `release.json`. Of files that no recipe describes nothing can be verified. */
  readonly describe: (file: Artifact, medium: Medium) => void;
  /** What a recipe gave before for the same words, or what it gives now: see `memoized`. */
  readonly memo: <T>(recipe: object, words: string, make: () => T) => T;
}
