import { loadConfig } from '../config/sources.ts';
import { ON_DISK, UPLOADED } from '../console/docker-machine.ts';
import { closeGuestLogin, hasKey, installUploadedKeys, openGuestLogin } from '../console/guest-login.ts';
import { note } from '../runtime/kernel-log.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

/** Seconds that docker-machine gets to unpack its archive by itself. */
const PATIENCE = 10;

/**
 * `ros guest-login`, by the service open-vm-tools: where rancher.docker_machine_login says so, guest operations of VMware may log in
 * as docker until the first key is installed. The password stands in the accounts of that service's container, which neither sshd
 * nor a terminal reads.
 */
export function guestLogin(system: System): number {
  if (loadConfig(system).config.rancher?.docker_machine_login !== true) return 0;
  if (hasKey(system)) {
    // The container may be one that was started again.
    closeGuestLogin(system);
    return 0;
  }
  openGuestLogin(system);
  note(system, 'guest operations may log in as docker until the first SSH key is installed');
  for (let uploadedFor = 0; !hasKey(system); system.sleep(1000)) {
    if (uploadedFor >= PATIENCE && installUploadedKeys(system)) continue;
    uploadedFor = isUploaded(system) ? uploadedFor + 1 : 0;
  }
  closeGuestLogin(system);
  note(system, 'an SSH key is installed: guest operations may log in no more');
  return 0;
}

function isUploaded(system: System): boolean {
  return run(system, ['sh', '-c', `[ -f "$1" ] || [ -f "$2" ]`, 'ros', UPLOADED, ON_DISK]).status === 0;
}
