import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';

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
 * because sshd refuses keys in a folder of somebody else, and no link in a home is followed.
 */
const MAKE_HOMES = `rc=0
while [ $# -gt 0 ]; do
	id=$1 home=$2
	shift 2
	if [ ! -d "$home" ]; then
		rm -rf "$home.new"
		{ cp -a /etc/skel "$home.new" && chown -R "$id:$id" "$home.new" && chmod 0755 "$home.new" && mv -T "$home.new" "$home"; } || rc=1
	elif [ "$(stat -c %u "$home")" != "$id" ]; then
		chown "$id:$id" "$home" || rc=1
	fi
	[ -d "$home/.ssh" ] && [ ! -L "$home/.ssh" ] || continue
	find -P "$home/.ssh" -maxdepth 1 ! -user "$id" ! -type l -exec chown -h "$id:$id" {} + || rc=1
done
exit $rc`;

/** Groups and rights in a console whose image does not know the accounts. */
const MAKE_ACCOUNTS = `rc=0
getent group docker >/dev/null || groupadd -g 1101 docker || rc=1
getent group sudo >/dev/null || groupadd -g 1103 sudo || rc=1
while [ $# -gt 0 ]; do
	id=$1 name=$2 home=$3
	shift 3
	getent passwd "$name" >/dev/null && continue
	getent group "$name" >/dev/null || groupadd -g "$id" "$name" || rc=1
	useradd -M -u "$id" -g "$name" -G docker,sudo -d "$home" -s /bin/bash "$name" || rc=1
done
if [ -d /etc/sudoers.d ] && [ ! -e /etc/sudoers.d/rancheros ]; then
	( umask 0227; echo '%sudo ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/rancheros )
fi
exit $rc`;

/** Makes the accounts that are missing; the default console has them all. */
export function makeAccounts(system: System, accounts: readonly Account[] = ACCOUNTS): void {
  const known = system.readText('/etc/passwd') ?? '';
  if (accounts.every(({ name }) => `\n${known}`.includes(`\n${name}:`))) return;
  const words = accounts.flatMap(({ id, name, home }) => [String(id), name, home]);
  const { status, stdout } = run(system, ['sh', '-c', MAKE_ACCOUNTS, 'ros', ...words], { withErrors: true });
  if (status !== 0) throw new Failure(`not every account could be made in this console: ${stdout.trim()}`);
}

/** Homes for all accounts; the folders lie on the state disk. */
export function makeHomes(system: System, accounts: readonly Account[] = ACCOUNTS): void {
  const words = accounts.flatMap(({ id, home }) => [String(id), home]);
  const { status, stdout } = run(system, ['sh', '-c', MAKE_HOMES, 'ros', ...words], { withErrors: true });
  if (status !== 0)
    throw new Failure(`not every home could be made: ${stdout.trim()}. Is there room left below /home?`);
}
