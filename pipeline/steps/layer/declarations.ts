import { type Node, readContent } from '../../trees/node.ts';

/** What a package asks systemd to make at its installation or at boot; nothing here does that by itself. */
export type Declaration = {
  /** `package openssh-server`. */
  readonly owner: string;
  /** Its file. */
  readonly path: string;
  /** One line, white space made single. */
  readonly line: string;
};

const FILES = /^usr\/lib\/(?:sysusers|tmpfiles)\.d\/[^/]+\.conf$/;

/** The lines of sysusers.d(5) and tmpfiles.d(5) among nodes: collected before any filter takes the files away. */
export function declarationsOf(nodes: Iterable<Node>): readonly Declaration[] {
  const found: Declaration[] = [];
  for (const node of nodes) {
    if (node.type !== 'file' || !FILES.test(node.path)) continue;
    for (const raw of new TextDecoder().decode(readContent(node)).split('\n')) {
      const line = raw.trim().replace(/\s+/g, ' ');
      if (line !== '' && !line.startsWith('#')) found.push({ owner: node.owner, path: node.path, line });
    }
  }
  return found;
}
