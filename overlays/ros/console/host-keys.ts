import { writeFile } from '../config/files.ts';
import { alarm } from '../runtime/kernel-log.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

/** On the state disk: a machine keeps its keys. */
const KEPT = '/var/lib/rancher/ssh';
/** In memory: keys that the configuration gives, and all of them where the disk takes none. */
const HELD = '/run/ros/ssh';

/** Kinds that the configuration may give. Those of DSA are refused by every sshd of today. */
const KINDS = ['ed25519', 'ecdsa', 'rsa'] as const;

/**
 * Makes what is missing, beside and then renamed, so that a power cut leaves a whole key or none. No RSA: that takes seconds,
 * and no client of today needs it.
 */
const MAKE = `umask 077
mkdir -p "$1" || exit
made=
for kind in ed25519 ecdsa; do
	key=$1/ssh_host_\${kind}_key
	if [ -s "$key" ]; then
		[ "$(stat -c %a "$key")" = 600 ] || chmod 0600 "$key"
		continue
	fi
	rm -f "$key.new" "$key.new.pub"
	ssh-keygen -q -N '' -C "\${2:-rancher}" -t $kind -f "$key.new" || exit
	sync "$key.new" "$key.new.pub" && mv "$key.new.pub" "$key.pub" && mv "$key.new" "$key" || exit
	made=1
done
[ -z "$made" ] || sync "$1"`;

/**
 * The server's own keys: those of rancher.ssh.keys, where a machine of RancherOS 1 kept them too, else those made at the first
 * start. Gives their files.
 */
export function hostKeys(system: System, given: Readonly<Record<string, string>> = {}): readonly string[] {
  const files = KINDS.flatMap((kind) => {
    const text = given[kind];
    return text === undefined || text.trim() === '' ? [] : heldKey(system, kind, text);
  });
  return files.length > 0 ? files : madeKeys(system);
}

function heldKey(system: System, kind: string, text: string): readonly string[] {
  const file = `${HELD}/ssh_host_${kind}_given`;
  writeFile(system, file, `${text.trim()}\n`);
  const { status } = run(system, ['ssh-keygen', '-y', '-P', '', '-f', file], { withErrors: true });
  if (status === 0) return [file];
  alarm(system, `rancher.ssh.keys: “${kind}” is no private key without a passphrase, and is not used`);
  return [];
}

function madeKeys(system: System): readonly string[] {
  const folder = [KEPT, HELD].find((each) => {
    const { status, stdout } = run(system, ['sh', '-c', MAKE, 'ros', each], { withErrors: true });
    if (status === 0) return true;
    const words = stdout.trim().split('\n').at(-1) ?? '';
    alarm(system, `host keys for SSH cannot be kept in ${each}: ${words}. Is the state disk full?`);
    return false;
  });
  return folder === undefined ? [] : ['ed25519', 'ecdsa'].map((kind) => `${folder}/ssh_host_${kind}_key`);
}
