import type { Accounts } from '../../../core/accounts.ts';
import { BuildError } from '../../../core/failure.ts';
import { textNode } from '../../../trees/made-node.ts';
import { type Node, readContent } from '../../../trees/node.ts';
import { accountDiffers, accountFileMissing, groupMissing, numberTaken } from '../messages.ts';

const PASSWD = 'etc/passwd';
const GROUP = 'etc/group';
const SHADOW = 'etc/shadow';

/** Fields of shadow(5) behind the name: no password opens it; the day of the last change is that of the other accounts. */
const LOCKED = ':*:19000:0:99999:7:::';

/**
 * What `adduser --system`, `addgroup --system` and sysusers.d would have done, with fixed numbers: the accounts that the tables of the
 * layer lack are appended. One that is there already must be as declared. Without anything new no file changes.
 */
export function accounts(
  nodes: ReadonlyMap<string, Node>,
  { users, groups }: Accounts,
  epoch: number,
): readonly Omit<Node, 'owner'>[] {
  const group = table(nodes, GROUP);
  for (const { name, gid } of groups) {
    const wanted = [name, 'x', String(gid), ''];
    demandAlike(GROUP, group.line(name), wanted, [2]);
    if (group.line(name) === undefined) group.append(wanted, 2);
  }
  const [passwd, shadow] = [table(nodes, PASSWD), table(nodes, SHADOW)];
  for (const { name, uid, group: of, home, shell, comment } of users) {
    const gid = group.line(of)?.[2];
    if (gid === undefined) throw new BuildError(groupMissing(name, of));
    const wanted = [name, 'x', String(uid), gid, comment, home, shell];
    demandAlike(PASSWD, passwd.line(name), wanted, [2, 3, 5, 6]);
    if (passwd.line(name) !== undefined) continue;
    passwd.append(wanted, 2);
    shadow.append(`${name}${LOCKED}`.split(':'), 0);
  }
  return [group, passwd, shadow].flatMap((each) => each.changed(epoch));
}

interface Table {
  /** Fields of the line of a name. */
  line(name: string): readonly string[] | undefined;
  /** `unique` is the place of the field that no other line may have. */
  append(fields: readonly string[], unique: number): void;
  /** The file, if it is not as it was. */
  changed(epoch: number): readonly Omit<Node, 'owner'>[];
}

function table(nodes: ReadonlyMap<string, Node>, path: string): Table {
  const node = nodes.get(path);
  if (node?.type !== 'file') throw new BuildError(accountFileMissing(path));
  const text = new TextDecoder().decode(readContent(node));
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(':'));
  const before = lines.length;
  return {
    line: (name) => lines.find(([each]) => each === name),
    append(fields, unique) {
      const other = lines.find((line) => line[unique] === fields[unique]);
      if (other) throw new BuildError(numberTaken(path, fields[0] ?? '', other[0] ?? '', fields[unique] ?? ''));
      lines.push(fields as string[]);
    },
    changed(epoch) {
      if (lines.length === before) return [];
      const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`;
      const added = lines.slice(before).map((line) => `${line.join(':')}\n`);
      const { mode, uid, gid } = node;
      return [textNode(path, `${whole}${added.join('')}`, { mode, uid, gid, epoch })];
    },
  };
}

/** Comments may differ; numbers, home and shell may not. */
function demandAlike(
  path: string,
  found: readonly string[] | undefined,
  wanted: readonly string[],
  places: readonly number[],
): void {
  if (!found || places.every((place) => found[place] === wanted[place])) return;
  throw new BuildError(accountDiffers(path, found.join(':'), wanted.join(':')));
}
