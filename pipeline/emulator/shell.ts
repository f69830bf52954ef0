import { createHash, randomBytes } from 'node:crypto';
import { BuildError } from '../core/failure.ts';
import * as messages from './messages.ts';
import type { Mark, SerialConsole } from './serial-console.ts';

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface OpenOptions {
  /** When to give up, in seconds. */
  readonly deadlineSeconds: number;
  /** Who should answer, as the end of "the machine did not show …". */
  readonly meaning?: string;
  /** Where to look for the prompt; without it only what comes from now on counts. */
  readonly since?: Mark;
}

/** Lines typed at a terminal may have 4095 bytes; keep far away from that. */
const CHUNK = 600;
const ATTEMPTS = 4;
const KNOCK_SECONDS = 3;

/** A shell's prompt. Nothing is typed before one is seen: a boot loader's menu would take the keys for orders. */
export const SHELL_PROMPT = /(?:^|\n)\S*@\S*[$#] |[$#] $/;

/**
 * Functions typed into the guest's shell. `rig` runs the command in $C, which travels as base64 with its checksum, because a
 * loaded machine may lose a typed character. `rigsay` shows exit code, output and errors as base64 lines between marks, so
 * that a kernel message in between does no harm and damage is noticed; then it can be said again.
 */
const GUEST_FUNCTIONS = [
  'rigsum(){ sha256sum|cut -c1-16;}',
  `rigsay(){ echo;for f in x o e;do base64 <$R/$f|sed "s/^/~$1$f:/;s/\\$/~/";done;printf '~%send:%s~\\n' "$1" "$(cat $R/x $R/o $R/e|rigsum)";}`,
  // A loop of its own keeps the interactive shell's line editor, history and prompt out of the way.
  'rigloop(){ echo "RIG""LOOP$1";while read -r L;do eval "$L";done;}',
  `rig(){ if [ "$(printf %s "$C"|rigsum)" != "$2" ];then printf '~%sbad~\\n' "$1";return;fi;printf %s "$C"|base64 -d >$R/c;sh $R/c >$R/o 2>$R/e </dev/null;printf %s $? >$R/x;rigsay $1;}`,
];

/** A shell on the serial console that runs one command at a time. It needs sh, stty, base64, sha256sum, sed and cut in the guest. */
export class ConsoleShell {
  readonly #console: SerialConsole;
  #serial = 0;

  private constructor(console: SerialConsole) {
    this.#console = console;
  }

  /** Knocks until a logged-in shell answers. */
  static async open(console: SerialConsole, options: OpenOptions): Promise<ConsoleShell> {
    const nonce = randomBytes(4).toString('hex');
    const meaning = options.meaning ?? 'a shell on its serial console';
    const since = options.since ?? console.mark();
    await console.waitFor({ pattern: SHELL_PROMPT, since, meaning, deadlineSeconds: options.deadlineSeconds });
    // The mark is typed in two halves, so that the terminal's echo of it is not taken for the answer.
    const knock = (): void => console.type(`\nstty -echo;PS1=;PS2=;unset PROMPT_COMMAND;echo RIG""READY${nonce}\n`);
    const timer = setInterval(knock, KNOCK_SECONDS * 1000);
    knock();
    try {
      await console.waitFor({
        pattern: new RegExp(`RIGREADY${nonce}`),
        since,
        meaning,
        deadlineSeconds: options.deadlineSeconds,
      });
    } finally {
      clearInterval(timer);
    }
    const shell = new ConsoleShell(console);
    await shell.#install(nonce, options);
    return shell;
  }

  /** Runs a command line with `sh` in the guest, without a terminal. Any exit code is an answer; silence is a failure. */
  async run(command: string, options: { readonly deadlineSeconds: number }): Promise<CommandResult> {
    const encoded = Buffer.from(command, 'utf8').toString('base64');
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const id = this.#nextId();
      const since = this.#console.mark();
      for (let at = 0; at === 0 || at < encoded.length; at += CHUNK) {
        this.#console.type(`C=${at === 0 ? '' : '${C}'}${encoded.slice(at, at + CHUNK)}\n`);
      }
      this.#console.type(`rig ${id} ${checksum(encoded)}\n`);
      const answer = await this.#answer(id, since, { command, deadlineSeconds: options.deadlineSeconds });
      if (answer !== undefined) return answer;
    }
    throw new BuildError(messages.typingDamaged(command, ATTEMPTS, this.#console.tail()));
  }

  /** Runs a command that must succeed; returns its output. */
  async output(command: string, options: { readonly deadlineSeconds: number }): Promise<string> {
    const result = await this.run(command, options);
    if (result.exitCode !== 0) {
      const said = { code: result.exitCode, words: (result.stderr || result.stdout).trim() };
      throw new BuildError(messages.guestCommandFailed(command, said, this.#console.tail()));
    }
    return result.stdout;
  }

  async #install(nonce: string, { deadlineSeconds }: OpenOptions): Promise<void> {
    const ready = async (lines: readonly string[], word: string): Promise<void> => {
      const since = this.#console.mark();
      for (const line of lines) this.#console.type(`${line}\n`);
      await this.#console.waitFor({
        pattern: new RegExp(`${word}${nonce}`),
        since,
        deadlineSeconds,
        meaning: 'that its shell takes commands',
      });
    };
    // In memory where there is a place for that: the disk of the machine may be full.
    await ready(
      ['R=$(mktemp -d -p /dev/shm 2>/dev/null||mktemp -d)', ...GUEST_FUNCTIONS, `[ -d "$R" ]&&echo RIG""SET${nonce}`],
      'RIGSET',
    );
    // Only when the loop says that it runs may more be typed: a shell may have read ahead.
    await ready([`rigloop ${nonce}`], 'RIGLOOP');
  }

  /** The answer to command `id`, or undefined when the command arrived damaged. */
  async #answer(
    id: string,
    since: Mark,
    options: { readonly command: string; readonly deadlineSeconds: number },
  ): Promise<CommandResult | undefined> {
    let name = id;
    let from = since;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { match, end } = await this.#console.waitFor({
        pattern: new RegExp(`~${name.replace('.', '\\.')}(?:bad|end:([0-9a-f]+))~`),
        since: from,
        deadlineSeconds: options.deadlineSeconds,
        meaning: `the end of "${options.command}"`,
      });
      if (match[1] === undefined) return undefined;
      const text = this.#console.textSince(from);
      const parts = (['x', 'o', 'e'] as const).map((stream) => decoded(text, `${name}${stream}`));
      if (checksum(Buffer.concat(parts)) === match[1]) {
        const [exit = '', stdout = '', stderr = ''] = parts.map((part) => part.toString('utf8'));
        if (!/^\d+$/.test(exit)) throw new BuildError(messages.outputNotKept(options.command, this.#console.tail()));
        return { exitCode: Number(exit), stdout, stderr };
      }
      name = this.#nextId();
      from = end;
      this.#console.type(`rigsay ${name}\n`);
    }
    throw new BuildError(messages.outputDamaged(options.command, ATTEMPTS, this.#console.tail()));
  }

  #nextId(): string {
    return `rig${++this.#serial}.`;
  }
}

function decoded(text: string, prefix: string): Buffer {
  const lines = text.matchAll(new RegExp(`~${prefix.replaceAll('.', '\\.')}:([A-Za-z0-9+/=]*)~`, 'g'));
  return Buffer.concat([...lines].map((line) => Buffer.from(line[1] ?? '', 'base64')));
}

function checksum(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
