/** What a person asked for with the escape key. */
export type KeyboardOrder = 'quit' | 'power-button' | 'reset' | 'ctrl-alt-delete' | 'help';

const ESCAPE = 0x01;

const ORDERS: { readonly [key: string]: KeyboardOrder } = {
  x: 'quit',
  p: 'power-button',
  r: 'reset',
  d: 'ctrl-alt-delete',
  h: 'help',
  '?': 'help',
};

export const KEYBOARD_HELP =
  'Ctrl-A X switches off, Ctrl-A P presses the power button, Ctrl-A R resets, Ctrl-A D is Ctrl-Alt-Del, Ctrl-A A sends Ctrl-A';

/** Splits typed bytes into what the guest gets and what is meant for us. Keeps an escape key whose second key is not there yet. */
export class Keyboard {
  #escaped = false;

  take(bytes: Uint8Array): { readonly typed: Uint8Array; readonly orders: readonly KeyboardOrder[] } {
    const typed: number[] = [];
    const orders: KeyboardOrder[] = [];
    for (const byte of bytes) {
      if (!this.#escaped) {
        if (byte === ESCAPE) this.#escaped = true;
        else typed.push(byte);
        continue;
      }
      this.#escaped = false;
      const key = String.fromCharCode(byte).toLowerCase();
      const order = Object.hasOwn(ORDERS, key) ? ORDERS[key] : undefined;
      if (order) orders.push(order);
      else if (byte === ESCAPE || key === 'a') typed.push(ESCAPE);
      else orders.push('help');
    }
    return { typed: Uint8Array.from(typed), orders };
  }
}
