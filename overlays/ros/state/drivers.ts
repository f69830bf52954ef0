import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

// PCI's class 01 is mass storage, 0c03 USB; virtio's devices 2 and 8 are disks. Hyper-V's and Xen's buses are few devices each.
const STORAGE =
  '^pci:.*bc(01|0[cC]sc03)|^virtio:d0000000[28]|^vmbus:|^xen:|^scsi:|^usb:.*ic08|^acpi:.*(VMBUS|MSFT1000)';

/**
 * Loads the drivers of disks that the hardware asks for, until those that are loaded reveal nothing more. Some look for their disks
 * in their own time: callers that do not find theirs repeat this, then with `all` for whatever else it may hang on.
 */
export function loadDiskDrivers(system: System, { all = false } = {}): void {
  const script = `seen=none
for round in 1 2 3 4; do
	wanted=$(find "$1" -name modalias -exec cat {} + | grep -E "$2" | sort -u)
	[ "$wanted" != "$seen" ] || break
	seen=$wanted
	modprobe -abq $wanted
done 2>/dev/null`;
  run(system, ['sh', '-c', script, 'ros', '/sys/devices', all ? '.' : STORAGE]);
}
