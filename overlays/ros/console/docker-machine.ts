import type { System } from '../runtime/system.ts';
import { ACCOUNTS } from './accounts.ts';
import { asUser, keyLines } from './authorized-keys.ts';

/** Saved from a disk that docker-machine prepared. */
export const ON_DISK = '/var/lib/boot2docker/userdata.tar';
/** Put there through VMware's guest operations. */
export const UPLOADED = '/home/docker/userdata.tar';

/**
 * Members that hold keys, to the standard output: nothing is unpacked to a file. The archive of a disk is its first 8 KiB, and
 * so may end in the middle.
 */
const SHOW = `[ -f "$1" ] || exit 0
for member in .ssh/authorized_keys .ssh/authorized_keys2; do
	tar -xOf "$1" --occurrence=1 "$member" 2>/dev/null
	echo
done | head -c 65536`;

/** Public keys in the archives that docker-machine leaves; an uploaded one is read with its owner's rights. */
export function dockerMachineKeys(system: System): readonly string[] {
  const show = (file: string) => ['sh', '-c', SHOW, 'ros', file];
  const owners = ACCOUNTS.filter(({ name }) => name === 'docker');
  const results = system.runAll([{ argv: show(ON_DISK) }, ...owners.map((docker) => asUser(docker, show(UPLOADED)))]);
  return keyLines(results.filter(({ status }) => status === 0).map(({ stdout }) => stdout));
}
