import type { Engine, Process } from '../docker/engine.ts';
import type { System } from '../runtime/system.ts';
import { CONSOLE } from './consoles.ts';

/** Seconds in which a console that cannot run has ended at least once. */
const PROBATION = 10;
/** Seconds in which there must be a login; a slow machine takes half of them to make accounts and keys. */
const LIMIT = 90;

/** A getty or login process, however it is started, or the user's own server. */
const TERMINAL = /(^|\/)(agetty|getty|login|dropbear)(\s|$)|^-(ba|da|a)?sh$/;
/** sshd writes its number there once it listens. */
export const SSHD = '/run/sshd.pid';

/**
 * Waits until a login to the started console is possible, and returns why it is not. A login counts when the same process is seen twice, because one
 * that ends at once is restarted every second.
 */
export function awaitLogin(system: System, engine: Engine): string | undefined {
  let before: readonly string[] = [];
  for (let second = 1; second <= LIMIT; second += 1) {
    system.sleep(1000);
    const error = engine.errorOf(CONSOLE);
    if (error !== undefined) return error;
    const now = logins(engine.processes(CONSOLE), system.readText(SSHD)?.trim());
    if (second >= PROBATION && now.some((pid) => before.includes(pid))) return undefined;
    before = now;
  }
  return `runs, but for ${LIMIT} seconds there was no login in it: neither an sshd that listens nor a getty`;
}

/** Numbers of the processes that let somebody in; `sshd` is the number of the one that listens, perhaps of an earlier console. */
export function logins(processes: readonly Process[], sshd?: string): readonly string[] {
  return processes.filter(({ pid, command }) => pid === sshd || TERMINAL.test(command)).map(({ pid }) => pid);
}
