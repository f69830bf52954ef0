import { writeFile } from '../config/files.ts';
import { note } from '../runtime/kernel-log.ts';
import { must, run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { type ContainerSpec, SPEC_LABEL } from '../services/container.ts';
import { SYSTEM_DOCKER } from './folders.ts';

// System Docker's storage on the state disk. Images are the release's, and its layers are named by their digest: another release has other links,
// and everything that belonged to the old ones is removed before System Docker sees it.

const SEED = '/run/rancher/seed.tar';
const REPOSITORIES = 'image/overlay2/repositories.json';
/** Mark for the system's start: the storage is ready. */
const SEEDED = '/run/ros/seeded';
/** Names of the containers that were kept, a line each: `sysinit` does not make them anew. */
const KEPT = '/run/ros/kept-containers';

type Repositories = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A container as System Docker left it on disk. */
interface StoredContainer {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Names of the containers that outlived the restart. */
export function keptContainers(system: System): ReadonlySet<string> {
  return new Set((system.readText(KEPT) ?? '').split('\n').filter((name) => name !== ''));
}

/**
 * Prepares the storage for this release. Containers that were started by hand are kept, and a console whose image and definition are those of this
 * release; the other system containers are made anew at each start, as without a state disk. `console` returns the definition of the console, or
 * undefined.
 */
export function prepareDataRoot(system: System, console: () => ContainerSpec | undefined): void {
  const seed =
    parse<{ Repositories?: Repositories }>(must(system, ['tar', '-xOf', SEED, REPOSITORIES])).Repositories ?? {};
  const before =
    parse<{ Repositories?: Repositories }>(system.readText(`${SYSTEM_DOCKER}/${REPOSITORIES}`)).Repositories ?? {};
  const containers = storedContainers(system);
  const spec = containers.length === 0 ? undefined : console();
  const kept = containers.filter((container) => isKept(container, spec, { ...before, ...seed }));
  must(system, ['tar', '-xf', SEED, '-C', SYSTEM_DOCKER, `--exclude=${REPOSITORIES}`]);
  const gone = goneImages(before, seed);
  const script = `${PRUNE_CONTAINERS}\n${PRUNE_LAYERS}\n${PRUNE_IMAGES}\n[ ! -e .trash ] || (rm -rf .trash </dev/null >/dev/null 2>&1 &)`;
  must(system, ['sh', '-c', script, 'ros', SYSTEM_DOCKER, ` ${kept.map(({ id }) => id).join(' ')} `, ...gone]);
  const repositories = `${SYSTEM_DOCKER}/${REPOSITORIES}`;
  const text = JSON.stringify({ Repositories: { ...foreign(before, gone), ...seed } });
  if (system.readText(repositories) !== text) writeFile(system, repositories, text);
  system.writeText(KEPT, kept.map(({ name }) => `${name}\n`).join(''));
  system.writeText(SEEDED, '');
  for (const { name, image } of kept)
    if (gone.includes(image))
      note(
        system,
        `container ${name} is of an image of another release, which is gone: remove it with system-docker rm`,
      );
}

function isKept({ image, labels }: StoredContainer, spec: ContainerSpec | undefined, images: Repositories): boolean {
  // A service without a scope was System Docker's in earlier releases; it runs in the user's Docker now.
  if (labels['io.rancher.os.scope'] === undefined) return labels[SPEC_LABEL] === undefined;
  if (labels['io.rancher.os.console'] === undefined || spec === undefined) return false;
  return labels[SPEC_LABEL] === spec.Labels[SPEC_LABEL] && image === imageId(images, spec.Image);
}

function imageId(repositories: Repositories, name: string): string | undefined {
  return repositories[name.replace(/:[^:/]*$/, '')]?.[name];
}

/** Ids of images of other releases: under the names that are the release's, but not of this one. */
function goneImages(before: Repositories, seed: Repositories): string[] {
  const now = new Set(Object.values(seed).flatMap((tags) => Object.values(tags)));
  const old = Object.keys(seed).flatMap((name) => Object.values(before[name] ?? {}));
  return [...new Set(old)].filter((id) => !now.has(id));
}

/** The user's images, by all names that still lead to an image. */
function foreign(before: Repositories, gone: readonly string[]): Repositories {
  return Object.fromEntries(
    Object.entries(before).flatMap(([name, tags]) => {
      const left = Object.entries(tags).filter(([, id]) => !gone.includes(id));
      return left.length === 0 ? [] : [[name, Object.fromEntries(left)]];
    }),
  );
}

function storedContainers(system: System): StoredContainer[] {
  const folder = `${SYSTEM_DOCKER}/containers`;
  const names = run(system, ['sh', '-c', 'cd "$1" 2>/dev/null && ls', 'ros', folder]).stdout.split('\n');
  return names.flatMap((id): StoredContainer[] => {
    const text = id === '' ? undefined : system.readText(`${folder}/${id}/config.v2.json`);
    if (text === undefined) return [];
    try {
      const { Name, Image, Config } = parse<{
        Name?: string;
        Image?: string;
        Config?: { Labels?: Record<string, string> };
      }>(text);
      return [{ id, name: Name?.replace(/^\//, '') ?? '', image: Image ?? '', labels: Config?.Labels ?? {} }];
    } catch {
      // Half-written when the power failed: not kept.
      return [];
    }
  });
}

function parse<Type>(text: string | undefined): Type {
  try {
    return JSON.parse(text ?? '{}') as Type;
  } catch {
    throw new Failure(`${SYSTEM_DOCKER} holds a list of images that cannot be read`);
  }
}

// Few processes: only operations that the shell lacks. Storage goes first and the container last, so that an interrupted removal is repeated.
const PRUNE_CONTAINERS = `cd "$1" || exit
kept=$2; shift 2
[ ! -e .trash ] || rm -rf .trash
set -f; gone="$*"; set +f
storage= links= mounts= containers=
for mount in image/overlay2/layerdb/mounts/*; do
	[ -d "$mount" ] || continue
	case $kept in *" \${mount##*/} "*) continue ;; esac
	mounts="$mounts $mount"
	for file in mount-id init-id; do
		[ -f "$mount/$file" ] && read -r id <"$mount/$file" || [ -n "\${id:-}" ] || continue
		[ -n "$id" ] && [ -d "overlay2/$id" ] || continue
		storage="$storage overlay2/$id"
		link=; read -r link <"overlay2/$id/link"
		[ -n "$link" ] && links="$links overlay2/l/$link"
		id=
	done
done
for container in containers/*; do
	[ -d "$container" ] || continue
	case $kept in *" \${container##*/} "*) ;; *) containers="$containers $container" ;; esac
done
[ -z "$storage$mounts$containers" ] || mkdir -p .trash/storage .trash/mounts .trash/containers
[ -z "$links" ] || rm -f $links
[ -z "$storage" ] || mv $storage .trash/storage/
[ -z "$mounts" ] || mv $mounts .trash/mounts/
[ -z "$containers" ] || mv $containers .trash/containers/`;

// A layer with a dangling link belongs to a release that is not running.
const PRUNE_LAYERS = `dangling=' '
for diff in overlay2/*/diff; do
	[ -L "$diff" ] && [ ! -e "$diff" ] || continue
	folder=\${diff%/diff}; dangling="$dangling\${folder#overlay2/} "
	link=; read -r link <"$folder/link"
	rm -rf "$folder" "overlay2/l/$link"
done
if [ "$dangling" != ' ' ]; then
	for layer in image/overlay2/layerdb/sha256/*; do
		id=; read -r id <"$layer/cache-id"
		case $dangling in *" $id "*) rm -rf "$layer" ;; esac
	done
fi`;

const PRUNE_IMAGES = `for image in $gone; do
	hex=\${image#sha256:}
	rm -rf "image/overlay2/imagedb/content/sha256/$hex" "image/overlay2/imagedb/metadata/sha256/$hex"
done`;

/** Whether the storage is on the state disk. */
export function isOnDisk(system: System): boolean {
  return (system.readText('/proc/self/mounts') ?? '').split('\n').some((line) => line.split(' ')[1] === SYSTEM_DOCKER);
}
