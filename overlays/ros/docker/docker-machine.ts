import { alarm } from '../runtime/kernel-log.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

/**
 * docker-machine's provisioner for RancherOS writes the arguments of dockerd to this file, as lines for a shell that set DOCKER_OPTS, and
 * restarts the service docker. RancherOS 1 read it at each start of Docker.
 */
const FILE = '/var/lib/rancher/conf/docker';

/** Seconds. It only sets variables. */
const LIMIT = '5';

/** Arguments of dockerd that docker-machine wrote down; none where it never did. */
export function dockerMachineArguments(system: System): readonly string[] {
  if (system.readText(FILE) === undefined) return [];
  // Word splitting is the shell's, as it was there.
  const script = 'set -f; . "$0" >/dev/null && printf "%s\\n" $DOCKER_OPTS';
  const { status, stdout } = run(system, ['timeout', LIMIT, 'sh', '-c', script, FILE], { withErrors: true });
  if (status === 0) return stdout.split('\n').filter((word) => word !== '');
  alarm(system, `${FILE} is not obeyed: ${stdout.trim().split('\n').at(-1) ?? `a shell ended with ${status}`}`);
  return [];
}
