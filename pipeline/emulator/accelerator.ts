import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildError } from '../core/failure.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../host/temporary-directory.ts';
import { BOARDS, type Board } from './board.ts';
import { notAnAccelerator } from './messages.ts';
import { emulatorProgram } from './program.ts';

/** Who executes the guest's instructions: the processor, or QEMU's translator. */
export type Accelerator = 'kvm' | 'tcg';

/** The choice and, where the processor was not chosen by wish, a sentence that says why. */
export interface AcceleratorChoice {
  readonly accelerator: Accelerator;
  readonly reason: string;
}

const DEBUG_EXIT_PORT = 0x501;
const EXIT_VALUE = 0x31;
/** isa-debug-exit ends QEMU with `value << 1 | 1`. */
const EXPECTED_EXIT = (EXIT_VALUE << 1) | 1;
const PROBE_SECONDS = 10;

const WISHES: readonly string[] = ['', 'auto', 'kvm', 'tcg'];

const choices = new Map<string, Promise<AcceleratorChoice>>();

/**
 * Chooses KVM only where it has really run a guest: `/dev/kvm` can exist and still fail at the first instructions.
 * Asked once per process and tool image; `wish` (the environment's RANCHEROS_ACCEL) decides without a probe.
 */
export function chooseAccelerator(
  toolRoot: string,
  wish: string | undefined,
  board: Board = 'q35',
): Promise<AcceleratorChoice> {
  if (wish !== undefined && !WISHES.includes(wish)) {
    throw new BuildError(notAnAccelerator(wish));
  }
  // The tool images, and so whoever runs them, are amd64.
  if (BOARDS[board].arch !== 'amd64')
    return Promise.resolve({
      accelerator: 'tcg',
      reason: `${board} is an Arm machine: every instruction is emulated (TCG)`,
    });
  if (wish === 'kvm' || wish === 'tcg')
    return Promise.resolve({ accelerator: wish, reason: `RANCHEROS_ACCEL asks for ${wish}` });
  const known = choices.get(toolRoot);
  if (known) return known;
  const choice = probe(toolRoot);
  choices.set(toolRoot, choice);
  return choice;
}

async function probe(toolRoot: string): Promise<AcceleratorChoice> {
  try {
    await access('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch {
    return {
      accelerator: 'tcg',
      reason: '/dev/kvm is missing or not ours to open: emulating every instruction (TCG), which is slower',
    };
  }
  const failure = await runProbe(toolRoot);
  return failure === undefined
    ? { accelerator: 'kvm', reason: 'a probe guest ran under KVM' }
    : {
        accelerator: 'tcg',
        reason: `/dev/kvm is there but a probe guest ${failure}: emulating every instruction (TCG), which is slower`,
      };
}

/** Starts SeaBIOS and a boot sector that ends QEMU with a value of ours; tells what went wrong, or nothing. */
async function runProbe(toolRoot: string): Promise<string | undefined> {
  const folder = await temporaryDirectory('kvm-probe');
  try {
    const image = join(folder, 'sector.img');
    await writeFile(image, probeSector());
    const program = emulatorProgram(toolRoot);
    const argv = [
      ...program.argv,
      ...['-no-user-config', '-nodefaults', '-display', 'none', '-m', '64M'],
      ...['-machine', 'q35', '-accel', 'kvm', '-cpu', 'host'],
      ...['-device', `isa-debug-exit,iobase=${DEBUG_EXIT_PORT},iosize=2`],
      ...['-drive', `if=none,id=probe,format=raw,file=${image.replaceAll(',', ',,')}`],
      ...['-device', 'ide-hd,drive=probe,bus=ide.0,bootindex=0'],
    ];
    return await exitOf(argv, program.env);
  } finally {
    await removeTemporaryDirectory(folder);
  }
}

function exitOf(argv: readonly string[], env: { readonly [name: string]: string }): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(argv[0] ?? '', argv.slice(1), {
      env,
      stdio: 'ignore',
      timeout: PROBE_SECONDS * 1000,
      killSignal: 'SIGKILL',
    });
    child.once('error', (error) => resolve(`could not start (${error.message})`));
    child.once('exit', (code, signal) => {
      if (code === EXPECTED_EXIT) resolve(undefined);
      else
        resolve(
          signal === 'SIGKILL' ? `did nothing for ${PROBE_SECONDS} seconds` : `ended with code ${code ?? signal}`,
        );
    });
  });
}

/** `mov dx, port; mov al, value; out dx, al; hlt; jmp $` and the boot signature. */
export function probeSector(): Uint8Array {
  const sector = new Uint8Array(512);
  sector.set([0xba, DEBUG_EXIT_PORT & 0xff, DEBUG_EXIT_PORT >> 8, 0xb0, EXIT_VALUE, 0xee, 0xf4, 0xeb, 0xfe]);
  sector.set([0x55, 0xaa], 510);
  return sector;
}
