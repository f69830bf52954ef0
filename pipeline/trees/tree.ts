import { BuildError } from '../core/failure.ts';
import { ancestorsOf } from '../formats/member-path.ts';
import { Globs } from './glob.ts';
import * as messages from './messages.ts';
import { type Node, sameContent } from './node.ts';

/** A file system in the making: one node per path, and a rule for what happens when a path comes twice. */
export class Tree {
  readonly #nodes = new Map<string, Node>();
  readonly #replaces: Globs;

  constructor(options: { readonly replaces: readonly string[] }) {
    this.#replaces = new Globs(options.replaces);
  }

  get nodes(): ReadonlyMap<string, Node> {
    return this.#nodes;
  }

  /**
   * Adds a node. The same thing may come again and folders may repeat with equal mode and owner; anything else throws
   * `configuration` naming both sources, unless the path is declared as replaced: then the later one wins.
   */
  add(node: Node): void {
    const before = this.#nodes.get(node.path);
    if (!before) {
      this.#nodes.set(node.path, node);
      return;
    }
    const difference = differenceOf(before, node);
    if (difference === undefined) return;
    if (!this.#replaces.matches(node.path)) {
      throw new BuildError(messages.pathOfTwo(before, node.owner, difference));
    }
    this.#nodes.set(node.path, node);
  }

  /** Puts a changed node in the place of the one that is there. */
  set(node: Node): void {
    this.#nodes.set(node.path, node);
  }

  delete(path: string): void {
    this.#nodes.delete(path);
  }

  /**
   * Makes the folders that nobody brought (root's, 0755) and refuses paths below something that is no folder: extracting them would
   * go through a link.
   */
  complete(mtime: number): void {
    for (const path of ['', ...this.#nodes.keys()]) {
      for (const above of ['', ...ancestorsOf(path)]) {
        const parent = this.#nodes.get(above);
        if (!parent) {
          this.#nodes.set(above, {
            path: above,
            type: 'directory',
            mode: 0o755,
            uid: 0,
            gid: 0,
            mtime,
            owner: 'implied',
          });
        } else if (parent.type !== 'directory') {
          const owner = this.#nodes.get(path)?.owner ?? 'nobody';
          throw new BuildError(messages.belowNoDirectory({ path, owner }, parent));
        }
      }
    }
  }
}

/** What is different about two nodes for one path, in words; `undefined` where nothing that matters is. */
export function differenceOf(a: Node, b: Node): string | undefined {
  if (a.type !== b.type) return `a ${a.type} and a ${b.type}`;
  if (a.type !== 'symlink' && a.mode !== b.mode) return `mode ${shownMode(a.mode)} and ${shownMode(b.mode)}`;
  if (a.uid !== b.uid || a.gid !== b.gid) return `owner ${a.uid}:${a.gid} and ${b.uid}:${b.gid}`;
  if (a.target !== b.target) return `a link to ${a.target} and to ${b.target}`;
  if (a.device?.major !== b.device?.major || a.device?.minor !== b.device?.minor) return 'other device numbers';
  if (a.content && b.content && !sameContent(a.content, b.content)) return 'other contents';
  return undefined;
}

function shownMode(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
