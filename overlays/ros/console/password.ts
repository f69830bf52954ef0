import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';

/** The beginning of a crypt(3) hash. */
const HASH = /^\$(1|2[abxy]?|5|6|7|y|gy)\$/;
/** Where it is noted that the configuration gave the password, so that the next start without one takes it away again. */
const GIVEN = '/var/lib/ros/password-given';

/**
 * Sets the password of the user rancher, given in clear or as a crypt(3) hash, or removes the one that an earlier start set. A password that was set
 * by hand stays. It opens terminals, never SSH.
 */
export function setPassword(system: System, password: string | undefined): void {
  const isGiven = password !== undefined && password !== '';
  if (!isGiven && system.readText(GIVEN) === undefined) return;
  if (isGiven && /[\n\0]/.test(password))
    throw new Failure('rancher.password: a password has no line ends; it is not set');
  const options = isGiven && !HASH.test(password) ? [] : ['--encrypted'];
  const stdin = `rancher:${isGiven ? password : '*'}\n`;
  const { status, stdout } = run(system, ['chpasswd', ...options], { stdin, withErrors: true });
  if (status !== 0) throw new Failure(`rancher.password is not set: chpasswd says ${stdout.trim()}`);
  const note = isGiven ? 'mkdir -p "${1%/*}" && : >"$1"' : 'rm -f "$1"';
  run(system, ['sh', '-c', note, 'ros', GIVEN]);
}
