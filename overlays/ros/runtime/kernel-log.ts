import type { System } from './system.ts';

/** A line in the kernel's log, with its time since power-on; it outlives every service. */
export function note(system: System, text: string): void {
  system.appendText('/dev/kmsg', `ros: ${text}\n`);
}

/** The same at a level that reaches the console: for what somebody at the machine has to know. */
export function alarm(system: System, text: string): void {
  system.appendText('/dev/kmsg', `<3>ros: ${text}\n`);
}
