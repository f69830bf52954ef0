import type { Json } from '../../../core/json.ts';
import { fieldsOf, idOf, listOf, maybe, refuse, stringOf } from '../../../trees/decode.ts';
import { textNode } from '../../../trees/made-node.ts';
import type { Effect } from '../effect.ts';

/**
 * The table of users and groups. Numbers never move: files on disks and in images carry them.
 *
 * `users`: name, uid, gid (default: the uid), home (default `/nonexistent`), shell (default `/usr/sbin/nologin`), comment.
 * `groups`: name, gid, members. A group of a user's own name and gid need not be listed. `shadowGid`: the group that may read
 * `/etc/shadow` (default 42, Debian's).
 */
export type UsersAndGroups = {
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  readonly shadowGid?: number | undefined;
};

export type User = {
  readonly name: string;
  readonly uid: number;
  readonly gid?: number | undefined;
  readonly home?: string | undefined;
  readonly shell?: string | undefined;
  readonly comment?: string | undefined;
};

export type Group = {
  readonly name: string;
  readonly gid: number;
  readonly members?: readonly string[] | undefined;
};

const NAME = /^[a-z_][a-z0-9_-]{0,30}$/;
const SECONDS_PER_DAY = 86_400;
const SHADOW_GID = 42;

/**
 * Writes `/etc/passwd`, `group`, `shadow` and `gshadow`. All passwords are locked; the day of their last change is the epoch's, so
 * that it does not name the day of the build.
 */
export const usersAndGroups: Effect = ({ options, epoch }) => {
  const table = readTable(options);
  const groups = withOwnGroups(table);
  unique(
    'user',
    table.users.map((user) => ({ name: user.name, id: user.uid })),
  );
  unique(
    'group',
    groups.map((group) => ({ name: group.name, id: group.gid })),
  );
  for (const user of table.users) {
    if (!groups.some((group) => group.gid === (user.gid ?? user.uid)))
      throw refuse(`The user ${user.name} has a group ${user.gid} that no group of the table has.`);
  }
  for (const group of groups) {
    const stranger = group.members?.find((member) => !table.users.some((user) => user.name === member));
    if (stranger !== undefined)
      throw refuse(`The group ${group.name} has a member ${stranger}, who is no user of the table.`);
  }
  const day = Math.floor(epoch / SECONDS_PER_DAY);
  const users = [...table.users].sort((a, b) => a.uid - b.uid);
  const sorted = [...groups].sort((a, b) => a.gid - b.gid);
  const members = (group: Group): string => (group.members ?? []).join(',');
  const lines = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join('');
  const secret = { mode: 0o640, gid: table.shadowGid ?? SHADOW_GID, epoch };
  return {
    put: [
      textNode('etc/passwd', lines(users.map((user) => passwdLine(user))), { epoch }),
      textNode('etc/group', lines(sorted.map((group) => `${group.name}:x:${group.gid}:${members(group)}`)), { epoch }),
      textNode('etc/shadow', lines(users.map((user) => `${user.name}:*:${day}:0:99999:7:::`)), secret),
      textNode('etc/gshadow', lines(sorted.map((group) => `${group.name}:*::${members(group)}`)), secret),
    ],
  };
};

function passwdLine(user: User): string {
  const { name, uid, gid = uid, comment = '', home = '/nonexistent', shell = '/usr/sbin/nologin' } = user;
  return [name, 'x', uid, gid, comment, home, shell].join(':');
}

function readTable(options: Json): UsersAndGroups {
  const { value } = fieldsOf(options, 'the effect users-and-groups', ['users', 'groups', 'shadowGid']);
  return {
    users: listOf(value['users'], 'users', (item, at) => {
      const user = fieldsOf(item, at, ['name', 'uid', 'gid', 'home', 'shell', 'comment']).value;
      return {
        name: nameOf(user['name'], `${at}.name`),
        uid: idOf(user['uid'], `${at}.uid`),
        gid: maybe(user['gid'], `${at}.gid`, idOf),
        home: maybe(user['home'], `${at}.home`, plainText),
        shell: maybe(user['shell'], `${at}.shell`, plainText),
        comment: maybe(user['comment'], `${at}.comment`, plainText),
      };
    }),
    groups: listOf(value['groups'], 'groups', (item, at) => {
      const group = fieldsOf(item, at, ['name', 'gid', 'members']).value;
      return {
        name: nameOf(group['name'], `${at}.name`),
        gid: idOf(group['gid'], `${at}.gid`),
        members: listOf(group['members'], `${at}.members`, nameOf),
      };
    }),
    shadowGid: maybe(value['shadowGid'], 'shadowGid', idOf),
  };
}

function withOwnGroups(table: UsersAndGroups): readonly Group[] {
  const own = table.users
    .filter((user) => user.gid === undefined && !table.groups.some((group) => group.name === user.name))
    .map((user) => ({ name: user.name, gid: user.uid }));
  return [...table.groups, ...own];
}

function unique(kind: string, rows: readonly { readonly name: string; readonly id: number }[]): void {
  const names = new Set<string>();
  const ids = new Map<number, string>();
  for (const { name, id } of rows) {
    const other = ids.get(id);
    if (names.has(name)) throw refuse(`The table has two ${kind}s ${name}.`);
    if (other !== undefined) throw refuse(`The ${kind}s ${other} and ${name} have the same number ${id}.`);
    names.add(name);
    ids.set(id, name);
  }
}

function nameOf(value: Json | undefined, at: string): string {
  const name = stringOf(value, at);
  if (!NAME.test(name)) throw refuse(`${at} is no name for a user or group: ${JSON.stringify(name)}.`);
  return name;
}

function plainText(value: Json | undefined, at: string): string {
  const text = stringOf(value, at);
  if (/[:\n]/.test(text)) throw refuse(`${at} must not hold a colon or a line break.`);
  return text;
}
