import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { isForeign } from './foreign-image.ts';

/** Nothing is removed below a mount: what is mounted there was put there by the console's definition. */
const LINK = `[ ! /var/run -ef /run ] || exit 0
case $(cat /proc/self/mounts) in *' /var/run'*) exit 0 ;; esac
mkdir -p /var && rm -rf /var/run && ln -s ../run /var/run`;

/**
 * Makes /var/run another name for /run, as hier(7) has it. An image without it gets a directory there that nobody but root may enter, and programs
 * that look for Docker's socket at /var/run/docker.sock find none.
 */
export function linkVarRun(system: System): void {
  if (!isForeign(system)) return;
  const { status, stdout } = run(system, ['sh', '-c', LINK], { withErrors: true });
  if (status !== 0) throw new Failure(`/var/run of this console is not /run: ${stdout.trim()}`);
}
