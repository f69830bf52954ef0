import type { CloudConfig } from '../config/schema.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

/** Where agents are at home, by the words of the label `io.rancher.os.platform`. */
const PLATFORMS: Readonly<Record<string, (system: System) => boolean>> = {
  vmware: isVmware,
  hyperv: (system) =>
    dmi(system, 'sys_vendor') === 'Microsoft Corporation' && dmi(system, 'product_name') === 'Virtual Machine',
  'qemu-agent': hasAgentPort,
};

/** Name of the port that QEMU's monitor, libvirt and Proxmox VE speak with an agent through. */
const AGENT_PORT = 'org.qemu.guest_agent.0';

/**
 * Whether an agent belongs on this machine: the firmware names its platform, and rancher.hypervisor_service does not forbid agents. An unknown
 * platform matches nothing.
 */
export function isOnPlatform(system: System, config: CloudConfig, platform: string): boolean {
  if (config.rancher?.hypervisor_service === false) return false;
  return PLATFORMS[platform]?.(system) ?? false;
}

/** The firmware's description of the machine, readable by everybody. */
function dmi(system: System, name: string): string {
  return system.readText(`/sys/class/dmi/id/${name}`)?.trim() ?? '';
}

/** Also decides whether the datasource `vmware` is asked. */
export function isVmware(system: System): boolean {
  return dmi(system, 'sys_vendor').startsWith('VMware');
}

/**
 * Ports show up a moment after their device. A machine without such a device
 * (virtio number 3, VIRTIO 1.2 section 5.3) is not kept waiting.
 */
const LOOK = `grep -qs '^virtio:d00000003' /sys/bus/virtio/devices/*/modalias || exit 1
for round in 1 2 3 4 5 6 7 8 9 10; do
	grep -qsxF "$1" /sys/class/virtio-ports/*/name && exit 0
	sleep 0.1
done
exit 1`;

function hasAgentPort(system: System): boolean {
  return run(system, ['sh', '-c', LOOK, 'ros', AGENT_PORT]).status === 0;
}
