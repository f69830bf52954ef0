import { isPublicKey } from '../config/public-keys.ts';
import { alarm } from '../runtime/kernel-log.ts';
import type { Command, System } from '../runtime/system.ts';
import { ACCOUNTS, type Account } from './accounts.ts';

export const BEGIN = '# Keys of the configuration, written at each start; add yours outside these two lines.';
export const END = '# End of the keys of the configuration.';

/**
 * Replaces the block between the two lines and keeps everything else, even after a first line without its last. It runs as the owner of the home
 * directory, so links or devices in it give no more rights than the owner has, and a time limit ends it where it waits for a pipe.
 */
const WRITE = `umask 077
dir=$1/.ssh file=$1/.ssh/authorized_keys
mkdir -p "$dir" || exit
[ "$(stat -L -c %a "$dir")" = 700 ] || chmod 0700 "$dir"
if [ -e "$file" ] || [ -L "$file" ]; then
	[ -f "$file" ] || { echo "$file is no plain file"; exit 1; }
	[ "$(stat -L -c %a "$file")" = 600 ] || chmod 0600 "$file"
	old=$file
else
	old=/dev/null
fi
new=$dir/.authorized_keys.$$
trap 'rm -f "$new"' EXIT
{ awk -v begin="$2" -v end="$3" '
	$0 == begin { printf "%s", held; held = ""; inside = 1 }
	inside { held = held $0 "\\n"; if ($0 == end) { inside = 0; held = "" }; next }
	{ print }
	END { printf "%s", held }' <"$old" && cat; } >"$new" || exit
if cmp -s "$new" "$old" || { [ ! -s "$new" ] && [ ! -s "$old" ]; }; then exit 0; fi
sync "$new" && mv "$new" "$(readlink -f "$file")"`;

/** Seconds that a home may take. */
const LIMIT = '20';

/** A public key in one line, perhaps after options; other lines are left out. */
export function keyLines(keys: readonly string[]): readonly string[] {
  const lines = keys
    .flatMap((key) => key.split('\n'))
    .map((line) => line.trim())
    .filter(isPublicKey);
  return [...new Set(lines)];
}

/** Runs a command with a user's rights only. */
export function asUser({ name, id, home }: Account, argv: readonly string[], stdin = ''): Command {
  const rights = ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups', '--no-new-privs'];
  return {
    argv: ['timeout', '-k', '1', LIMIT, ...rights, ...argv],
    stdin,
    withErrors: true,
    environment: { HOME: home, USER: name },
  };
}

/** Lets the keys in to all accounts, and no key any more that an earlier start let in. */
export function authorizeKeys(system: System, keys: readonly string[], accounts: readonly Account[] = ACCOUNTS): void {
  const lines = keyLines(keys);
  const wrong = keys.filter((key) => keyLines([key]).length === 0).length;
  if (wrong > 0) alarm(system, `ssh_authorized_keys: ${wrong} of ${keys.length} are no public keys, and are left out`);
  const block = lines.length === 0 ? '' : `${[BEGIN, ...lines, END].join('\n')}\n`;
  const results = system.runAll(
    accounts.map((account) => asUser(account, ['sh', '-c', WRITE, 'ros', account.home, BEGIN, END], block)),
  );
  results.forEach(({ status, stdout }, index) => {
    if (status === 0) return;
    const words = status === 124 ? `it took more than ${LIMIT} seconds` : stdout.trim().split('\n').at(-1);
    alarm(system, `the SSH keys of ${accounts[index]?.name} could not be written: ${words}`);
  });
}
