import { ENTER } from '../runtime/enter-folder.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { plainPath } from './home-files.ts';

/** Seconds in which a disk may still appear. */
const PATIENCE = 20;

/**
 * Devices are waited for, and shares of hosts that cannot be reached yet are asked for again for a minute: the network comes up beside the
 * console. A share that is refused is not. Everything else (tmpfs) is mounted as it is named. What is mounted there already, by an earlier
 * console of this start, stays. Nothing is mounted where a link in a home or a volume leads.
 */
const MOUNT = `${ENTER}device=$1 dir=$2 type=$3 options=$4 patience=$5
case $device in
*[:/=]* | '' | none | tmpfs) ;;
*) [ ! -b "/dev/$device" ] || device=/dev/$device ;;
esac
found=$device
case $device in
LABEL=* | UUID=* | PARTLABEL=* | PARTUUID=* | /dev/*)
	until found=$(findfs "$device" 2>/dev/null || echo "$device") && [ -b "$found" ]; do
		[ "$patience" -gt 0 ] || { echo "there is no device $device; see lsblk -f"; exit 1; }
		patience=$((patience - 1))
		sleep 1
	done ;;
esac
if [ "$type" = swap ]; then
	found=$(readlink -f "$found")
	! grep -q "^$found " /proc/swaps || exit 0
	exec swapon "$found"
fi
# mount.nfs would try a host that refuses again for two minutes, and the start waits.
case $type,$options in
nfs*retry=*) ;;
nfs*) options=retry=0\${options:+,$options} ;;
esac
! findmnt -rn -o SOURCE --mountpoint "$dir" | grep -qxF "$found" || exit 0
dir=$(enter "$dir" >&2 && pwd -P) || exit
set -- "$found" "$dir"
[ -z "$options" ] || set -- -o "$options" "$@"
case $type in '' | auto) ;; *) set -- -t "$type" "$@" ;; esac
case $type:$found in
nfs*:* | cifs:* | smb3:* | ceph:* | *://*) ;;
*) exec mount "$@" ;;
esac
uptime() { cut -d. -f1 /proc/uptime; }
last=$(($(uptime) + patience * 3))
while :; do
	words=$(mount "$@" 2>&1) && exit
	status=$?
	case $words in *efused* | *enied* | *ermitted* | *'wrong fs'* | *'bad option'* | *nvalid* | *'unknown filesystem'*) break ;; esac
	[ "$(uptime)" -lt "$last" ] || break
	sleep 2
done
echo "$words"
exit $status`;

/** Mounts one entry of `mounts`: device, mount point, type, options. Below /mnt, /media, /home and /opt all containers see it. */
export function mountGiven(system: System, [device = '', dir = '', type = '', options = '']: readonly string[]): void {
  if (type !== 'swap' && !dir.startsWith('/'))
    throw new Failure(`mounts: “${dir}” is no absolute path; ${device} is not mounted`);
  const argv = ['sh', '-c', MOUNT, 'ros', device, plainPath(dir), type, options, String(PATIENCE)];
  const { status, stdout } = run(system, argv, { withErrors: true });
  if (status === 0) return;
  const words = stdout.trim().split('\n').at(0) ?? '';
  throw new Failure(
    `mounts: ${device} is not mounted on ${dir}: ${words === '' ? `mount ended with status ${status}` : words}`,
  );
}
