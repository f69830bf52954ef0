import { ENTER } from '../runtime/enter-folder.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { type AccountTexts, mended } from './account-texts.ts';

/** Somebody who may log in. */
export interface Account {
  readonly name: string;
  /** User and group have the same number. */
  readonly id: number;
  readonly home: string;
}

export const ACCOUNTS: readonly Account[] = [
  { name: 'rancher', id: 1100, home: '/home/rancher' },
  { name: 'docker', id: 1101, home: '/home/docker' },
];

/**
 * A home that is there is kept, on the state disk it has been since the first start. Owners are mended only where they are wrong,
 * because sshd refuses keys in a folder of somebody else. No link in a home is followed, whenever it is put there: each folder is gone into,
 * and what lies in it is named from there.
 */
const MAKE_HOMES = `${ENTER}rc=0
own() { [ "$(stat -c %u "$1")" = "$id" ] || chown -h "$id:$id" "$1"; }
while [ $# -gt 0 ]; do
	id=$1 home=$2
	shift 2
	if [ ! -d "$home" ]; then
		rm -rf "$home.new"
		{ { [ ! -d /etc/skel ] && mkdir "$home.new" || cp -a /etc/skel "$home.new"; } && chown -R "$id:$id" "$home.new" && chmod 0755 "$home.new" && mv -T "$home.new" "$home"; } || rc=1
	fi
	enter "$home" && own . || { rc=1; continue; }
	[ -d .ssh ] && [ ! -L .ssh ] || continue
	enter "$home/.ssh" || { rc=1; continue; }
	find -P . -maxdepth 1 ! -user "$id" ! -type l -exec chown -h "$id:$id" {} + || rc=1
done
exit $rc`;

const FILES = { passwd: '/etc/passwd', group: '/etc/group', shadow: '/etc/shadow' } as const;

/** Replaces a file and keeps its mode and owner; a new one is for all to read, but for passwords. */
const REPLACE = `new=$1.new-by-ros
umask 077
if [ -e "$1" ]; then cp -p "$1" "$new"; else : >"$new" && chmod "$2" "$new"; fi && cat >"$new" && sync "$new" && mv -T "$new" "$1" || { rm -f "$new"; exit 1; }`;

/** Those of these programs that are there. */
const PRESENT = 'for program; do [ ! -x "$program" ] || echo "$program"; done';
const SHELLS = ['/bin/bash', '/bin/sh'];

/**
 * Makes accounts and groups that are missing, and mends what would keep them from logging in: the console's image may be anybody's, and
 * anybody may have written its files. Where they are as the release has them, this reads three files and runs nothing.
 */
export function makeAccounts(system: System, accounts: readonly Account[] = ACCOUNTS): void {
  const before = texts(system);
  const plain = mended(before, accounts, SHELLS[0]);
  if (isSame(plain.texts, before) && plain.shells.every((shell) => SHELLS.includes(shell))) return;
  const { stdout } = run(system, ['sh', '-c', PRESENT, 'ros', ...new Set([...SHELLS, ...plain.shells])]);
  const there = stdout.split('\n').filter((line) => line !== '');
  const shell = SHELLS.find((each) => there.includes(each)) ?? SHELLS[0];
  const after = mended(before, accounts, shell, (each) => there.includes(each)).texts;
  for (const [name, path] of Object.entries(FILES)) {
    const text = after[name as keyof AccountTexts];
    if (text === before[name as keyof AccountTexts]) continue;
    const argv = ['sh', '-c', REPLACE, 'ros', path, name === 'shadow' ? '0600' : '0644'];
    const { status, stdout: words } = run(system, argv, { stdin: text, withErrors: true });
    if (status !== 0) throw new Failure(`not every account could be made in this console: ${path}: ${words.trim()}`);
  }
  giveSudo(system);
}

const texts = (system: System): AccountTexts => ({
  passwd: system.readText(FILES.passwd) ?? '',
  group: system.readText(FILES.group) ?? '',
  shadow: system.readText(FILES.shadow) ?? '',
});

const isSame = (a: AccountTexts, b: AccountTexts): boolean =>
  a.passwd === b.passwd && a.group === b.group && a.shadow === b.shadow;

const SUDO = `[ ! -d /etc/sudoers.d ] || [ -e /etc/sudoers.d/rancheros ] || {
	umask 0227
	echo '%sudo ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/rancheros
}`;

function giveSudo(system: System): void {
  run(system, ['sh', '-c', SUDO]);
}

/** Homes for all accounts; the folders lie on the state disk. */
export function makeHomes(system: System, accounts: readonly Account[] = ACCOUNTS): void {
  const words = accounts.flatMap(({ id, home }) => [String(id), home]);
  const { status, stdout } = run(system, ['sh', '-c', MAKE_HOMES, 'ros', ...words], { withErrors: true });
  if (status !== 0)
    throw new Failure(`not every home could be made: ${stdout.trim()}. Is there room left below /home?`);
}
