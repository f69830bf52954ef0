import { Engine, USER_DOCKER } from '../docker/engine.ts';
import { Failure, type System } from '../runtime/system.ts';

const USAGE = `usage: wait-for-docker

Returns when the user's Docker answers, as in RancherOS 1; fails after ten minutes.`;

const LIMIT_MS = 600_000;

/** `wait-for-docker`, for scripts of RancherOS 1. */
export function waitForDocker(system: System, args: readonly string[]): number {
  if (args.length > 0) {
    system.print(USAGE);
    return args.includes('--help') || args.includes('-h') ? 0 : 2;
  }
  const engine = new Engine(system, USER_DOCKER);
  const until = system.now() + LIMIT_MS;
  while (!engine.isReady()) {
    if (system.now() >= until)
      throw new Failure("the user's Docker does not answer; see “sudo ros service logs docker”");
    system.sleep(500);
  }
  return 0;
}
