import { logins, SSHD } from '../console/await-login.ts';
import { CONSOLE } from '../console/consoles.ts';
import { Engine, USER_DOCKER } from '../docker/engine.ts';
import { alarm, note } from '../runtime/kernel-log.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { readServices, type Services } from '../services/config.ts';
import { confirmStart, needsConfirmation } from './boot-slot.ts';

/** What a machine is for; of these, whichever the configuration has. */
const NEEDED = ['console', 'network', 'docker'];
/** Seconds that all of it stays before it is believed. */
const STAYS = 30;
/** Seconds within which that must have come about. */
const LIMIT = 600;
const LOOK_MS = 2000;

/** Where the slot that runs is on trial, has it proved beside all else; nothing happens where GRUB knows that it works. */
export function beginProof(system: System): void {
  if (needsConfirmation(system))
    run(system, ['sh', '-c', 'setsid ros prove-start </dev/null >/dev/null 2>&1 &'], { withErrors: true });
}

/**
 * Run by `ros sysinit`: looks whether console, network and the user's Docker run, stay, and somebody could log in, and only then tells
 * GRUB that this version works. A version that cannot do that is not confirmed: GRUB goes back to the one before when its trials are
 * used up.
 */
export function proveStart(system: System): number {
  const services = readServices(system);
  const end = system.now() + LIMIT * 1000;
  let since = system.now();
  let before = NOTHING;
  for (;;) {
    const found = look(system, services, before);
    const { trouble, seen } = found;
    const now = system.now();
    if (trouble !== undefined || seen !== before.seen) since = now;
    before = found;
    if (trouble === undefined && now - since >= STAYS * 1000) {
      note(system, 'console, network and the Docker of users run, and there is a login');
      confirmStart(system);
      return 0;
    }
    if (now >= end) {
      const why = trouble ?? 'its containers do not stay';
      alarm(
        system,
        `this version is on trial and is not confirmed: ${why}. A restart tries it again, and in the end starts the one before`,
      );
      return 1;
    }
    system.sleep(LOOK_MS);
  }
}

interface Look {
  /** What is missing, in words. */
  readonly trouble?: string;
  /** How often each container has been started: it must not change. */
  readonly seen: string;
  /** Numbers of the processes of the console that let somebody in. Others may come and go, as somebody logs in and out. */
  readonly logins: readonly string[];
}

const NOTHING: Look = { seen: '', logins: [] };

/** A process that was not there at the look before proves nothing: one that ends at once is started again and again. */
function look(system: System, services: Services, before: Look): Look {
  const engine = new Engine(system);
  const counts: string[] = [];
  for (const name of NEEDED.filter((each) => services.has(each))) {
    const health = safely(() => engine.healthOf(name));
    if (health?.isRunning !== true) return { ...NOTHING, trouble: `${name} does not run` };
    counts.push(`${name} ${health.restarts}`);
  }
  const seen = counts.join(', ');
  if (services.has('docker') && !new Engine(system, USER_DOCKER).isReady())
    return { trouble: "the user's Docker does not answer", seen, logins: [] };
  const processes = safely(() => engine.processes(CONSOLE)) ?? [];
  const now = logins(processes, system.readText(SSHD)?.trim());
  if (!now.some((pid) => before.logins.includes(pid))) return { trouble: 'nobody can log in', seen, logins: now };
  return { seen, logins: now };
}

function safely<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
