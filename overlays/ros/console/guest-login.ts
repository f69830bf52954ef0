import { must } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { ACCOUNTS } from './accounts.ts';
import { asUser, authorizeKeys, keyLines } from './authorized-keys.ts';
import { dockerMachineKeys } from './docker-machine.ts';

/** boot2docker's, which docker-machine takes for granted. */
const LOGIN = 'docker:tcuser';
/** docker-machine sends the words of its last command there, with docker's rights. */
const LOG = '/var/log/userdata.log';

/** Lets docker-machine in: a password in this container alone, and a place for its log. */
export function openGuestLogin(system: System): void {
  must(system, ['sh', '-c', `: >>"$1" && chown docker: "$1"`, 'ros', LOG]);
  must(system, ['chpasswd'], { stdin: `${LOGIN}\n` });
}

/** No password any more. */
export function closeGuestLogin(system: System): void {
  must(system, ['chpasswd', '--encrypted'], { stdin: 'docker:*\n' });
}

/**
 * Whether somebody can come in with a key. One that does not belong to the account is still being put there: docker-machine unpacks
 * as root, and needs its password once more to hand the files over. It is read with the rights of the account, and may be a pipe.
 */
export function hasKey(system: System): boolean {
  return ACCOUNTS.some((account) => {
    const script = `[ -f "$1" ] && [ "$(stat -c %u "$1")" = "$2" ] && head -c 65536 "$1"`;
    const file = `${account.home}/.ssh/authorized_keys`;
    const [result] = system.runAll([asUser(account, ['sh', '-c', script, 'ros', file, String(account.id)])]);
    return result?.status === 0 && keyLines([result.stdout]).length > 0;
  });
}

/** Installs the keys of an archive that docker-machine has handed in but could not unpack. Gives whether there were any. */
export function installUploadedKeys(system: System): boolean {
  const keys = dockerMachineKeys(system);
  if (keys.length === 0) return false;
  authorizeKeys(system, keys);
  return true;
}
