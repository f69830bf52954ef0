import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

/** A disk or a partition, as the kernel and blkid see it. */
export interface BlockDevice {
  readonly path: string;
  /** The kernel's name, where the path differs: volumes of LVM have names of their own. */
  readonly kernelPath?: string;
  readonly bytes: number;
  readonly readOnly: boolean;
  /** The disk that it is a part of; for a whole disk its own path. */
  readonly disk: string;
  /** Number of the partition; 0 for a whole disk. */
  readonly number: number;
  /** Where the partition starts on its disk, in bytes. */
  readonly start: number;
  /** blkid's tags: LABEL, UUID, TYPE, PARTLABEL, PARTUUID, PTTYPE … */
  readonly tags: Readonly<Record<string, string>>;
}

const SECTOR = 512;

// Nothing is started per device: a machine may have hundreds.
const LOOK = `cd "$1" || exit
for name in *; do
	case $name in ram*|zram*|fd*|nbd*|'*') continue ;; esac
	read -r size <"$name/size" && [ "$size" != 0 ] || continue
	read -r only <"$name/ro"
	number=0; start=0; disk=$name
	if [ -e "$name/partition" ]; then
		read -r number <"$name/partition"
		read -r start <"$name/start"
		disk=$(cd -P "$name/.." && echo "\${PWD##*/}")
	fi
	mapped=
	[ ! -r "$name/dm/name" ] || read -r mapped <"$name/dm/name"
	echo "$name $size $only $disk $number $start $mapped"
done
echo
blkid -c /dev/null -o export`;

/** All block devices with content, sorted by name, as they are now, without a wait. */
export function blockDevices(system: System): BlockDevice[] {
  const { stdout } = run(system, ['sh', '-c', LOOK, 'ros', '/sys/class/block']);
  const [listed = '', ...blocks] = stdout.split(/\n\n+/);
  const tags = new Map(
    blocks.map((block) => {
      const found = tagsOf(block);
      return [found['DEVNAME'] ?? '', found];
    }),
  );
  return listed.split('\n').flatMap((line): BlockDevice[] => {
    const [name, sectors, only, disk, number, start, mapped] = line.trim().split(' ');
    if (name === undefined || start === undefined) return [];
    const kernelPath = deviceFile(name);
    const path = mapped === undefined ? kernelPath : `/dev/mapper/${mapped}`;
    return [
      {
        path,
        ...(mapped === undefined ? {} : { kernelPath }),
        bytes: Number(sectors) * SECTOR,
        readOnly: only === '1',
        disk: mapped === undefined ? deviceFile(disk ?? name) : path,
        number: Number(number),
        start: Number(start) * SECTOR,
        tags: tags.get(path) ?? tags.get(kernelPath) ?? {},
      },
    ];
  });
}

/** The kernel writes a slash in a device's name as an exclamation mark. */
const deviceFile = (name: string): string => `/dev/${name.replaceAll('!', '/')}`;

/** Lines `NAME=value` of `blkid -o export`, which escapes characters that are special to a shell. */
export function tagsOf(text: string): Record<string, string> {
  const pairs = text.split('\n').flatMap((line): [string, string][] => {
    const at = line.indexOf('=');
    return at < 1 ? [] : [[line.slice(0, at), line.slice(at + 1).replace(/\\(.)/g, '$1')]];
  });
  return Object.fromEntries(pairs);
}

const TAGS = ['LABEL', 'UUID', 'PARTLABEL', 'PARTUUID'];

/** The first device that a configuration means. */
export function findDevice(devices: readonly BlockDevice[], wanted: string): BlockDevice | undefined {
  return findDevices(devices, wanted)[0];
}

/** All devices that a configuration may mean: LABEL=, UUID=, PARTLABEL=, PARTUUID=, or a path (also one that only udev would make). */
export function findDevices(devices: readonly BlockDevice[], wanted: string): readonly BlockDevice[] {
  const byLink = /^\/dev\/disk\/by-(label|uuid|partlabel|partuuid)\/(.+)$/.exec(wanted);
  const [, tag, value] = byLink
    ? ['', byLink[1]?.toUpperCase() ?? '', byLink[2] ?? '']
    : (/^([A-Z]+)=(.*)$/.exec(wanted) ?? []);
  if (tag === undefined || value === undefined) {
    const paths = [wanted, mapperPath(wanted)];
    return devices.filter(({ path, kernelPath = path }) => paths.includes(path) || paths.includes(kernelPath));
  }
  if (!TAGS.includes(tag)) return [];
  const bare = value.replace(/^"(.*)"$/, '$1');
  const isId = tag.endsWith('UUID');
  const same = (text: string | undefined): boolean =>
    text !== undefined && (isId ? text.toLowerCase() === bare.toLowerCase() : text === bare);
  return devices.filter(({ tags }) => same(tags[tag]) && !/_member$/.test(tags['TYPE'] ?? ''));
}

/** /dev/GROUP/VOLUME of LVM as the device mapper names it: hyphens in either are doubled. */
function mapperPath(path: string): string {
  const [, group, volume] = /^\/dev\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
  if (group === undefined || volume === undefined) return path;
  return `/dev/mapper/${group.replaceAll('-', '--')}-${volume.replaceAll('-', '--')}`;
}

/** The content of a device, in a few words for the user. */
export function contentOf({ tags, bytes }: BlockDevice): string {
  const size = bytes >= 2 ** 30 ? `${Math.round(bytes / 2 ** 30)} GiB` : `${Math.round(bytes / 2 ** 20)} MiB`;
  const kind =
    tags['TYPE'] ?? (tags['PTTYPE'] === undefined ? 'nothing known' : `a partition table (${tags['PTTYPE']})`);
  const label = tags['LABEL'] ?? tags['PARTLABEL'];
  return `${size}, ${kind}${label === undefined ? '' : ` “${label}”`}`;
}

/** All disks and partitions but those that the system itself made, in one line for a person. */
export function listOf(devices: readonly BlockDevice[]): string {
  const own = devices.filter(({ path }) => !/^\/dev\/(loop|sr)/.test(path));
  return own.length === 0 ? 'no disks' : own.map((device) => `${device.path} (${contentOf(device)})`).join(', ');
}
