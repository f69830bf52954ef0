import type { Account } from './accounts.ts';

// The files of passwd(5), group(5) and shadow(5). They are edited as texts: not every image has the programs for it, and their own settings would
// change the result.

export interface AccountTexts {
  readonly passwd: string;
  readonly group: string;
  readonly shadow: string;
}

interface Mended {
  readonly texts: AccountTexts;
  /** Programs that the accounts are given as their shells. */
  readonly shells: readonly string[];
}

/** The group of Docker's sockets, by its number; the image may have another name for it. */
const DOCKER = { name: 'docker', id: 1101 };
const SUDO = { name: 'sudo', id: 1103 };
/** The unprivileged user of sshd before authentication. */
const SSHD = 'sshd';
const NOBODYS_GROUP = '65534';

/** The files with everything that a login needs. Harmless content stays; `isThere` says whether a shell exists. */
export function mended(
  { passwd, group, shadow }: AccountTexts,
  accounts: readonly Account[],
  shell = '/bin/bash',
  isThere: (shell: string) => boolean = () => true,
): Mended {
  const names = accounts.map(({ name }) => name);
  const groups = new Table(group);
  makeGroup(groups, DOCKER, names, true);
  makeGroup(groups, SUDO, names, false);
  const users = new Table(passwd);
  if (users.find('root') === undefined) users.addFirst(['root', 'x', '0', '0', 'root', '/root', shell]);
  if (users.find(SSHD) === undefined)
    users.add([SSHD, 'x', free(users, 990), NOBODYS_GROUP, 'sshd user', '/run/sshd', '/usr/sbin/nologin']);
  for (const { name, id, home } of accounts) {
    const known = users.find(name);
    if (known === undefined) {
      const own = groups.find(name)?.[2] ?? addGroup(groups, name, id);
      users.add([name, 'x', freeFrom(users, id), own, name, home, shell]);
    } else if (known[6] !== undefined && known[6] !== '' && !isThere(known[6])) known[6] = shell;
  }
  const secrets = new Table(shadow);
  for (const name of names) {
    const known = secrets.find(name);
    if (known === undefined) secrets.add([name, '*', '19000', '0', '99999', '7', '', '', '']);
    // As useradd leaves it: sshd without PAM takes it for a locked account.
    else if (/^!+\*?$/.test(known[1] ?? '')) known[1] = '*';
  }
  const shells = names.flatMap((name) => users.find(name)?.[6] || []);
  return { texts: { passwd: users.text(), group: groups.text(), shadow: secrets.text() }, shells };
}

/** Makes a group of that name with these members; `isNumbered`: they must be in the group of that number too. */
function makeGroup(
  groups: Table,
  { name, id }: { readonly name: string; readonly id: number },
  members: readonly string[],
  isNumbered: boolean,
): void {
  const number = groups.findBy(2, String(id));
  let named = groups.find(name);
  if (named === undefined) {
    addGroup(groups, name, id);
    named = groups.find(name);
  } else if (isNumbered && number === undefined) named[2] = String(id);
  for (const each of [named, isNumbered ? number : undefined]) if (each !== undefined) addMembers(each, members);
}

function addGroup(groups: Table, name: string, id: number): string {
  const number = freeFrom(groups, id);
  groups.add([name, 'x', number, '']);
  return number;
}

function addMembers(group: string[], members: readonly string[]): void {
  const before = (group[3] ?? '').split(',').filter((name) => name !== '');
  const missing = members.filter((name) => !before.includes(name));
  if (missing.length > 0) group[3] = [...before, ...missing].join(',');
}

/** That number, or the next free one above. */
function freeFrom(table: Table, id: number): string {
  let number = id;
  while (table.findBy(2, String(number)) !== undefined) number += 1;
  return String(number);
}

/** That number, or the next free one below. */
function free(table: Table, id: number): string {
  let number = id;
  while (number > 100 && table.findBy(2, String(number)) !== undefined) number -= 1;
  return String(number);
}

/** Lines of fields with colons between them; the first is a name. Lines that are none are kept as they are. */
class Table {
  readonly #lines: string[][];
  readonly #before: string;
  #isChanged = false;

  constructor(text: string) {
    this.#before = text;
    this.#lines = (text === '' || text.endsWith('\n') ? text : `${text}\n`)
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(':'));
  }

  find(name: string): string[] | undefined {
    return this.#lines.find((fields) => fields.length > 1 && fields[0] === name);
  }

  findBy(field: number, value: string): string[] | undefined {
    return this.#lines.find((fields) => fields[field] === value);
  }

  add(fields: string[]): void {
    this.#lines.push(fields);
    this.#isChanged = true;
  }

  addFirst(fields: string[]): void {
    this.#lines.unshift(fields);
    this.#isChanged = true;
  }

  text(): string {
    const text = this.#lines.map((fields) => `${fields.join(':')}\n`).join('');
    // A last line without its end is no reason to write a file.
    return !this.#isChanged && text === `${this.#before}\n` ? this.#before : text;
  }
}
