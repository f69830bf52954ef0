import type { System } from './system.ts';

/** A line in the kernel's log, with its time since power-on; it outlives every service. */
export function note(system: System, text: string): void {
  system.appendText('/dev/kmsg', `ros: ${plain(text)}\n`);
}

/** The same at a level that reaches the console: for what somebody at the machine has to know. */
export function alarm(system: System, text: string): void {
  system.appendText('/dev/kmsg', `<3>ros: ${plain(text)}\n`);
}

/** The kernel's console and dmesg know no UTF-8: they show each byte of a curly quote as a number. */
function plain(text: string): string {
  return text.replace(/[“”]/g, '"').replace(/’/g, "'").replace(/…/g, '...');
}
