import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

// PCI's class 01 is mass storage, 0c03 USB; virtio's devices 2 and 8 are disks. Hyper-V's and Xen's buses are few devices each.
const STORAGE =
  '^pci:.*bc(01|0[cC]sc03)|^virtio:d0000000[28]|^vmbus:|^xen:|^scsi:|^usb:.*ic08|^acpi:.*(VMBUS|MSFT1000)';

/**
 * Loads the drivers of disks that the hardware seen so far asks for. A driver can reveal further hardware, so callers that do not
 * find their disk repeat this; then with `all` for whatever else it may hang on.
 */
export function loadDiskDrivers(system: System, { all = false } = {}): void {
  const script = `find "$1" -name modalias -exec cat {} + 2>/dev/null | grep -E "$2" | sort -u | xargs modprobe -abq 2>/dev/null`;
  run(system, ['sh', '-c', script, 'ros', '/sys/devices', all ? '.' : STORAGE]);
}
