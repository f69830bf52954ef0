import { alarm } from '../runtime/kernel-log.ts';
import { must, run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { STATE } from './mount.ts';

export const SYSTEM_DOCKER = '/var/lib/system-docker';

/** Directories that survive a restart: they are on the state disk, with the same paths. */
export const FOLDERS = [
  '/etc/cni',
  '/etc/rancher',
  '/home',
  '/opt',
  '/var/lib/boot2docker',
  '/var/lib/cni',
  '/var/lib/kubelet',
  '/var/lib/rancher',
  SYSTEM_DOCKER,
  '/var/lib/user-docker',
  '/var/log',
] as const;

/** With less free space than this, System Docker's own storage is in memory, so that a full disk locks nobody out. */
const SPARE_MIB = 32;

const BINDS = '/run/ros/state.fstab';

// A directory that is new on the disk starts as in the release; one program copies all of them, and they are renamed when complete, so that each is
// whole or missing. Existing ones get the release's files that they lack. Where not all fit, those that do are kept. Prints the others and then ends
// with 1.
const PREPARE = `root=$1
cd "$root" || exit
shift
status=0 new=
# With all folders above it. From the root, because cp looks for those by their relative path.
put() { (cd / && cp -a --parents "$@" "$root/$half/"); }
for folder; do
	[ -d "$folder" ] || mkdir -p "$folder"
	if [ ! -d ".$folder" ]; then
		new="$new $folder"
	else
		for each in "$folder"/*; do
			[ -e "$each" ] && [ ! -e ".$each" ] && cp -a "$each" ".$each"
		done
	fi
done
half=.rancheros-new
[ ! -d $half ] || rm -rf $half
[ -n "$new" ] || exit 0
mkdir $half || exit
if ! put $new; then
	all=$new new=
	for folder in $all; do
		rm -rf "$half$folder"
		if put "$folder"; then new="$new $folder"; else rm -rf "$half$folder"; echo "$folder"; status=1; fi
	done
fi
for folder in $new; do
	parent=\${folder%/*}
	{ [ -d ".$parent" ] || mkdir -p ".$parent"; } && mv -T "$half$folder" ".$folder" || status=1
done
rm -rf $half
exit $status`;

/** Where the folders lie below the mounted state disk. */
export const stateRoot = (directory: string | undefined): string =>
  directory === undefined ? STATE : `${STATE}/${directory.replace(/^\/+|\/+$/g, '')}`;

/** Lays folders of the mounted state disk, or of a directory on it, over the system's own. */
export function bindFolders(system: System, directory: string | undefined, wanted: readonly string[] = FOLDERS): void {
  const root = stateRoot(directory);
  if (directory !== undefined) must(system, ['mkdir', '-p', root]);
  const free = freeMib(system);
  const isFull = free < SPARE_MIB && wanted.includes(SYSTEM_DOCKER);
  const folders = isFull ? wanted.filter((folder) => folder !== SYSTEM_DOCKER) : wanted;
  if (isFull)
    alarm(
      system,
      `the state disk is full (${free} MiB free): the system's containers are in memory until there is room; try: docker system prune`,
    );
  const prepared = run(system, ['sh', '-c', PREPARE, 'ros', root, ...folders], { withErrors: true });
  const bound = run(system, ['mount', '-a', '--fstab', bindsOf(system, root, folders)], { withErrors: true });
  for (const { status, stdout } of [prepared, bound])
    if (status !== 0) throw new Failure(`not all is kept on the state disk: ${stdout.trim().split('\n').join(' · ')}`);
}

/** A file like /etc/fstab with the bind mounts: one program mounts them all. */
function bindsOf(system: System, root: string, folders: readonly string[]): string {
  // fstab(5): white space stands as octal numbers.
  const source = root.replace(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`);
  system.writeText(BINDS, folders.map((folder) => `${source}${folder} ${folder} none bind\n`).join(''));
  return BINDS;
}

function freeMib(system: System): number {
  const [free = '0', block = '0'] = must(system, ['stat', '-f', '-c', '%f %S', STATE]).trim().split(' ');
  return Math.floor((Number(free) * Number(block)) / 2 ** 20);
}
