import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { DHCPCD_CONF } from './dhcp.ts';

/**
 * Makes dhcpcd release the lease and leave the interface, and waits for the mark that its hook writes last. Where no dhcpcd runs, addresses of a
 * former lease are removed: they would expire, or be taken for configured ones.
 */
const RELEASE = `name=$1 conf=$2 mark=/run/ros/dhcp-left/$1
rm -f "$mark"
tries=0 sent=
# It is about to be started, or does not listen yet.
while [ -e /run/ros/dhcpcd-runs ] && [ $tries -lt 100 ]; do
	if [ -S /run/dhcpcd/sock ] && dhcpcd -f "$conf" -k "$name" >/dev/null 2>&1; then
		sent=yes tries=0
		break
	fi
	sleep 0.1
	tries=$((tries + 1))
done
until [ -z "$sent" ] || [ -e "$mark" ] || [ $tries -ge 50 ]; do
	sleep 0.1
	tries=$((tries + 1))
done
ip -4 address flush dev "$name" dynamic
ip -4 route flush dev "$name" proto dhcp
[ ! -e /run/ros/dhcpcd-runs ] || [ -e "$mark" ]`;

/**
 * Has dhcpcd leave an interface, and returns when it has. Set before that, a fixed address that is also the one of the lease
 * would be taken away with the lease. False where dhcpcd did not say that it is done within five seconds, or did not listen within ten.
 */
export function releaseLease(system: System, name: string): boolean {
  return run(system, ['sh', '-c', RELEASE, 'ros', name, DHCPCD_CONF], { withErrors: true }).status === 0;
}
