import type { CloudConfig } from '../config/schema.ts';
import { alarm } from '../runtime/kernel-log.ts';
import { run } from '../runtime/run.ts';
import type { Result, System } from '../runtime/system.ts';

type StateOptions = NonNullable<NonNullable<CloudConfig['rancher']>['state']>;

/** Without udev LVM makes its device files itself and does not wait. */
const WITHOUT_UDEV =
  'activation { udev_sync = 0 udev_rules = 0 } devices { obtain_device_list_from_udev = 0 external_device_info_source = "none" }';

/** An array that an earlier look assembled but did not start, because a member was missing, keeps its members: it is started as it is. */
const RUN_HELD_BACK = `for state in /sys/block/md*/md/array_state; do
	[ -r "$state" ] && read -r word <"$state" && [ "$word" = inactive ] || continue
	name=\${state#/sys/block/}
	mdadm --run "/dev/\${name%%/*}"
done`;

export const isAssembled = ({ mdadm_scan, lvm_scan }: StateOptions): boolean =>
  mdadm_scan === true || lvm_scan === true;

/**
 * Assembles software RAID, and then volumes of LVM, which may lie on it, as rancher.state.mdadm_scan and lvm_scan ask. Called once more for
 * each look at the disks, since members come in their own time. An array that lacks a member is started only where `degraded` says so, when
 * the missing one has been waited for.
 */
export function assembleDisks(
  system: System,
  { mdadm_scan, lvm_scan }: StateOptions,
  { degraded = false, tells = false }: { readonly degraded?: boolean; readonly tells?: boolean } = {},
): void {
  const tellWhereAbsent = (name: 'mdadm' | 'lvm', { status }: Result): void => {
    if (tells && status === 127)
      alarm(system, `rancher.state.${name}_scan has no effect: this release does not bring ${name}`);
  };
  if (mdadm_scan === true) {
    run(system, ['modprobe', '-aq', 'md_mod'], { withErrors: true });
    const argv = ['mdadm', '--assemble', '--scan', degraded ? '--run' : '--no-degraded'];
    tellWhereAbsent('mdadm', run(system, argv, { withErrors: true }));
    if (degraded) run(system, ['sh', '-c', RUN_HELD_BACK], { withErrors: true });
  }
  if (lvm_scan === true) {
    run(system, ['modprobe', '-aq', 'dm_mod'], { withErrors: true });
    const argv = ['vgchange', '--activate', 'ay', '--noudevsync', '--config', WITHOUT_UDEV];
    tellWhereAbsent('lvm', run(system, argv, { withErrors: true }));
  }
}

/** So early, no password can be asked for. */
export function tellOfEncryption(system: System, { cryptsetup }: StateOptions): void {
  if (cryptsetup === true)
    alarm(
      system,
      'rancher.state.cryptsetup has no effect: this release does not bring cryptsetup; give a state disk that is not encrypted',
    );
}
