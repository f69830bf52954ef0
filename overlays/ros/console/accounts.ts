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

/** Homes for all accounts; the folders lie on the state disk. */
export function makeHomes(system: System, accounts: readonly Account[] = ACCOUNTS): void {
  const words = accounts.flatMap(({ id, home }) => [String(id), home]);
  const { status, stdout } = run(system, ['sh', '-c', MAKE_HOMES, 'ros', ...words], { withErrors: true });
  if (status !== 0)
    throw new Failure(`not every home could be made: ${stdout.trim()}. Is there room left below /home?`);
}
