/** One complete terminal control sequence, or a lone control character that prints nothing. */
const CONTROL =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[()#][0-9A-Za-z]|[ -/]*[0-Z\\^-~])|[\u0000-\u0008\u000b\u000c\r\u000e-\u001a\u001c-\u001f\u007f]/g;

/** An escape sequence at the end whose rest has not arrived yet. */
const UNFINISHED = /\u001b(?:\[[0-?]*[ -/]*|\][^\u0007\u001b]{0,256}|[()#]|[ -/]*)?$/;

/** Turns what a serial line brings, in pieces of any size, into plain text: no colours, no cursor movements, no returns. */
export class ConsoleText {
  readonly #decoder = new TextDecoder();
  #held = '';

  /** The plain text that these bytes add. */
  add(bytes: Uint8Array): string {
    const text = this.#held + this.#decoder.decode(bytes, { stream: true });
    const tail = UNFINISHED.exec(text);
    this.#held = tail ? text.slice(tail.index) : '';
    return text.slice(0, text.length - this.#held.length).replace(CONTROL, '');
  }
}
