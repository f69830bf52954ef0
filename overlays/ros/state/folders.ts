import { alarm } from '../runtime/kernel-log.ts';
import { must, run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { STATE } from './mount.ts';

export const SYSTEM_DOCKER = '/var/lib/system-docker';

/** What survives a restart: these folders lie on the state disk, at the same paths as ever. */
export const FOLDERS = [
  '/home',
  '/opt',
  '/var/lib/boot2docker',
  '/var/lib/kubelet',
  '/var/lib/rancher',
  SYSTEM_DOCKER,
  '/var/lib/user-docker',
  '/var/log',
] as const;

/** With less free than this, System Docker's own storage goes to memory, so that a full disk keeps nobody out. */
const SPARE_MIB = 32;

// A folder that is new on the disk starts as it is in the release. It gets its name when it is complete.
const BIND = `status=0
from=$1; shift
for folder; do
	source=$from$folder
	mkdir -p "$folder" "\${source%/*}"
	if [ ! -d "$source" ]; then
		new=\${source%/*}/.new-\${source##*/}
		rm -rf "$new"
		cp -a "$folder" "$new" && mv "$new" "$source" || { echo "$folder"; status=1; continue; }
	else
		for each in "$folder"/*; do
			[ -e "$each" ] && [ ! -e "$from$each" ] && cp -a "$each" "$from$each"
		done
	fi
	mount --bind "$source" "$folder" || { echo "$folder"; status=1; }
done
exit $status`;

/** Lays the folders of the mounted state disk, or of a directory on it, over the system's own. */
export function bindFolders(system: System, directory: string | undefined): void {
  const root = directory === undefined ? STATE : `${STATE}/${directory.replace(/^\/+|\/+$/g, '')}`;
  must(system, ['mkdir', '-p', root]);
  const free = freeMib(system);
  const folders = free < SPARE_MIB ? FOLDERS.filter((folder) => folder !== SYSTEM_DOCKER) : FOLDERS;
  if (free < SPARE_MIB)
    alarm(
      system,
      `the state disk is full (${free} MiB free): the system's containers are in memory until there is room; try: docker system prune`,
    );
  const { status, stdout } = run(system, ['sh', '-c', BIND, 'ros', root, ...folders]);
  if (status !== 0) throw new Failure(`not kept on the state disk: ${stdout.trim().split('\n').join(', ')}`);
}

function freeMib(system: System): number {
  const [free = '0', block = '0'] = must(system, ['stat', '-f', '-c', '%f %S', STATE]).trim().split(' ');
  return Math.floor((Number(free) * Number(block)) / 2 ** 20);
}
