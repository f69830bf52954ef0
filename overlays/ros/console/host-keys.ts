import { writeFile } from '../config/files.ts';
import type { CloudConfig } from '../config/schema.ts';
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
 * Makes the missing host keys in a temporary file that is renamed, so that a power cut leaves a whole key or none. All types are made, so that a
 * client finds the one that it knows. RSA has 2048 bits, as in RancherOS 1: longer keys take an emulated machine many seconds. A lock serialises two
 * calls.
 */
const MAKE = `umask 077
mkdir -p "$1" || exit
keys= missing=
for kind in ed25519 ecdsa rsa; do
	key=$1/ssh_host_\${kind}_key
	keys="$keys $key"
	[ -s "$key" ] || missing=1
done
[ -n "$missing" ] || exec chmod 0600 $keys
exec 9<"$1" && flock 9 || exit
for kind in ed25519 ecdsa rsa; do
	key=$1/ssh_host_\${kind}_key
	[ ! -s "$key" ] || continue
	rm -f "$key.new" "$key.new.pub"
	bits=; [ $kind != rsa ] || bits='-b 2048'
	ssh-keygen -q -N '' -C "\${2:-rancher}" -t $kind $bits -f "$key.new" || exit
	sync "$key.new" "$key.new.pub" && mv "$key.new.pub" "$key.pub" && mv "$key.new" "$key" || exit
done
sync "$1"`;

/** Begins to make the keys that a first start lacks, beside all else: they are there when sshd asks for them. */
export function beginHostKeys(system: System, config: CloudConfig): void {
  const { ssh } = config.rancher ?? {};
  const isGiven = KINDS.some((kind) => (ssh?.keys?.[kind] ?? '').trim() !== '');
  if (ssh?.daemon === false || isGiven || KINDS.every((kind) => system.readText(keyFile(KEPT, kind), 1))) return;
  run(system, ['sh', '-c', '(sh -c "$@" </dev/null >/dev/null 2>&1 &)', 'ros', MAKE, 'ros', KEPT]);
}

const keyFile = (folder: string, kind: string): string => `${folder}/ssh_host_${kind}_key`;

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
  return folder === undefined ? [] : KINDS.map((kind) => keyFile(folder, kind));
}
