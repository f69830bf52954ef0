import { existsSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename, extname, join, relative, resolve } from 'node:path';
import { BuildError, unreachable } from '../core/failure.ts';
import { harmless } from '../core/harmless.ts';
import { shellWord } from '../core/shell-word.ts';
import { chooseAccelerator } from '../emulator/accelerator.ts';
import { emulatorArguments } from '../emulator/arguments.ts';
import { BOARDS, boardOf } from '../emulator/board.ts';
import { firmwareFiles } from '../emulator/firmware.ts';
import { freePort } from '../emulator/free-port.ts';
import { unpackDisk } from '../emulator/installed-disk.ts';
import { KEYBOARD_HELP, Keyboard, type KeyboardOrder } from '../emulator/keyboard.ts';
import type { BootMedium, Disk, DiskFormat, FirmwareKind, Machine } from '../emulator/machine.ts';
import { emulatorProgram } from '../emulator/program.ts';
import { filesOf, liveMedium, releaseFolder, targetFolder } from '../emulator/release-machine.ts';
import { type RunningMachine, startMachine } from '../emulator/running-machine.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../host/temporary-directory.ts';
import { allTargets, chosenTargets, noTargetNamed } from './all-targets.ts';
import type { Command, CommandContext } from './command.ts';
import { emulatorRoot } from './emulator-root.ts';
import * as messages from './messages.ts';
import { readOptions } from './options.ts';
import { ownTargets } from './own-targets.ts';
import { ownVersion, PROJECT_OPTION, productOf, releasesIn } from './project-option.ts';
import * as releaseMessages from './release-messages.ts';
import { COMMON_OPTIONS } from './settings.ts';
import { sizeFrom } from './size-words.ts';

const OPTIONS = {
  target: {
    type: 'string',
    value: 'NAME',
    help: 'whose files to boot (npm run targets lists them); a word is a target too',
  },
  version: {
    type: 'string',
    value: 'V',
    help: 'the version below dist/os (default: the development build, else latest)',
  },
  dist: { type: 'string', value: 'DIR', help: 'where releases are (default: dist/os of the project)' },
  ...PROJECT_OPTION,
  usb: { type: 'boolean', default: false, help: 'boot the ISO as a USB stick instead of a CD' },
  kernel: { type: 'boolean', default: false, help: 'boot vmlinuz and initrd without a boot loader' },
  installed: {
    type: 'boolean',
    default: false,
    help: 'boot a throw-away copy of the installed disk, rancheros.img',
  },
  'disk-size': { type: 'string', value: 'SIZE', help: "size of that copy, such as 8G (default: the image's own)" },
  append: {
    type: 'string',
    value: 'WORDS',
    mayBeEmpty: true,
    help: 'further kernel arguments (with --kernel or --installed)',
  },
  uefi: {
    type: 'boolean',
    default: false,
    help: 'UEFI firmware (EDK2) instead of a BIOS (SeaBIOS); 64-bit Arm machines have no other',
  },
  'secure-boot': { type: 'boolean', default: false, help: 'UEFI firmware that starts only signed programs' },
  memory: { type: 'string', default: '1024', value: 'MIB', help: 'memory of the machine (default: 1024)' },
  cpus: { type: 'string', default: '2', value: 'N', help: 'processors of the machine (default: 2)' },
  disk: {
    type: 'string',
    multiple: true,
    value: 'FILE|SIZE',
    help: 'a disk (raw, qcow2, vmdk, vhd, vhdx), or an empty one such as 8G that is thrown away at the end; may be given several times',
  },
  'ssh-port': {
    type: 'string',
    value: 'N',
    help: "port of this host that leads to the machine's SSH (default: 2222, or a free one)",
  },
  vnc: {
    type: 'boolean',
    default: false,
    help: 'show the screen as VNC on 127.0.0.1 (port 5900, or a free one after it)',
  },
  headless: { type: 'boolean', default: false, help: 'no screen (the default)' },
  'dry-run': { type: 'boolean', default: false, help: 'print the QEMU command line and do nothing' },
  ...COMMON_OPTIONS,
} as const;

type Values = ReturnType<typeof readOptions<typeof OPTIONS>>['values'] & { readonly target: string };

/** `npm run boot`: a built release in a virtual machine. */
export const boot: Command = {
  name: 'boot',
  summary: 'boot what was built in QEMU; the serial console is this terminal',
  usage: '--target NAME',
  about: 'Boots what was built, in QEMU. The serial console is this terminal.',
  notes: `QEMU itself is a tool image, made by the pipeline.
In the terminal: ${KEYBOARD_HELP}.
RANCHEROS_ACCEL=kvm|tcg decides who runs the guest; without it a small guest probes KVM first.`,
  options: OPTIONS,
  words: 'targets',
  async run(context: CommandContext): Promise<number> {
    const { values, positionals } = readOptions(context.argv, OPTIONS, 1);
    const [target = values.target] = positionals;
    if (target === undefined) throw noTargetNamed('npm run boot -- --target amd64');
    if (target !== (values.target ?? target)) throw new BuildError(messages.twoTargets(values.target ?? '', target));
    const scratch = await temporaryDirectory('boot');
    try {
      return await bootMachine({ ...values, target }, { context, scratch });
    } finally {
      await removeTemporaryDirectory(scratch);
    }
  },
};

async function bootMachine(
  values: Values,
  { context, scratch }: { readonly context: CommandContext; readonly scratch: string },
): Promise<number> {
  const wantedPort = numberOption('ssh-port', values['ssh-port'] ?? '2222', { from: 1, to: 65535 });
  const sshPort = await freePort(wantedPort);
  const machine = await describeMachine(values, { context, scratch, sshPort });
  const board = machine.board ?? 'q35';
  const toolRoot = await emulatorRoot(context, values, BOARDS[board].toolSet);
  const { accelerator, reason } = await chooseAccelerator(toolRoot, context.env['RANCHEROS_ACCEL'], board);
  if (values['dry-run']) {
    const files = firmwareFiles(machine, toolRoot);
    const firmware = files && { ...files, variables: `COPY-OF-${basename(files.variables)}` };
    const words = emulatorArguments(machine, { accelerator, serial: 'terminal', monitor: 'terminal', firmware });
    const program = emulatorProgram(toolRoot, board);
    const env = Object.entries(program.env).map(([name, text]) => `${name}=${text}`);
    context.stdout.write(`${[...env, ...program.argv, ...words].map(shellWord).join(' ')}\n`);
    return 0;
  }
  const say = (line: string): void => void context.stderr.write(`${line}\n`);
  say(
    `Booting ${
      filesOf(machine.boot)
        .map((file) => relative(context.projectFolder, file))
        .join(' and ') || 'from disk'
    }.`,
  );
  if (accelerator === 'tcg') say(`No KVM: ${reason}.`);
  if (sshPort !== wantedPort) say(`Port ${wantedPort} of this host is taken.`);
  say(`SSH: ssh -p ${sshPort} rancher@127.0.0.1`);
  if (machine.display?.type === 'vnc') say(`Screen: VNC on 127.0.0.1:${machine.display.port}`);
  if (context.stdin.isTTY) say(`${KEYBOARD_HELP}.`);
  const running = await startMachine(machine, { toolRoot, accelerator, signal: context.signal });
  return attach(running, context);
}

async function describeMachine(
  values: Values,
  {
    context,
    scratch,
    sshPort,
  }: { readonly context: CommandContext; readonly scratch: string; readonly sshPort: number },
): Promise<Machine> {
  if ([values.usb, values.kernel, values.installed].filter(Boolean).length > 1)
    throw new BuildError(messages.optionsExclude(['--usb', '--kernel', '--installed']));
  if (values.append !== undefined && !values.kernel && !values.installed)
    throw new BuildError(messages.appendNeedsKernel());
  if (values['disk-size'] !== undefined && !values.installed) throw new BuildError(messages.diskSizeNeedsInstalled());
  if (values['disk-size'] !== undefined && sizeFrom(values['disk-size']) === undefined)
    throw new BuildError(messages.notASize('--disk-size', values['disk-size'], { example: '8G' }));
  if (values.vnc && values.headless) throw new BuildError(messages.optionsExclude(['--vnc', '--headless']));
  const product = await productOf(values, context);
  const [target] = chosenTargets([values.target], allTargets(await ownTargets(product, context)));
  const board = boardOf(target?.arch ?? 'amd64');
  // An Arm machine has no BIOS; without a boot loader it needs no firmware.
  const plain: FirmwareKind = board === 'q35' || values.kernel ? 'bios' : 'uefi';
  const firmware: FirmwareKind = values['secure-boot'] ? 'uefi-secure' : values.uefi ? 'uefi' : plain;
  const releases = releasesIn(values, context);
  const development = await ownVersion(product, context);
  const folder = targetFolder(releaseFolder(values.version, { releases, development }), values.target);
  const image = join(folder, 'rancheros.img');
  const medium: BootMedium = values.installed
    ? { type: 'disk' }
    : liveMedium(values.kernel ? 'kernel' : values.usb ? 'usb' : 'cdrom', folder, {
        append: [...(product?.file.data.kernelArguments ?? []), values.append ?? ''].join(' ').trim(),
        board,
      });
  for (const file of values.installed ? [image] : filesOf(medium)) {
    if (!existsSync(file)) {
      const { version, dist } = values;
      const shownAs = relative(context.projectFolder, file);
      throw new BuildError(releaseMessages.targetNotBuilt(values.target, shownAs, { version, dist }));
    }
  }
  const installed = values.installed ? [await installedDisk(image, values, { context, scratch })] : [];
  return {
    board,
    memoryMiB: numberOption('memory', values.memory, { from: 64, to: 1 << 20 }),
    cpus: numberOption('cpus', values.cpus, { from: 1, to: 255 }),
    firmware,
    boot: medium,
    disks: [
      ...installed,
      ...(await Promise.all(
        (values.disk ?? []).map((disk, index) =>
          describeDisk(disk, { scratchFile: join(scratch, `disk${index}.img`), callerFolder: context.callerFolder }),
        ),
      )),
    ],
    networks: [{ isolated: false, forwardToGuest: [{ hostPort: sshPort, guestPort: 22 }] }],
    display: values.vnc ? { type: 'vnc', port: await freePort(5900) } : { type: 'none' },
  };
}

const FORMATS: { readonly [extension: string]: DiskFormat } = {
  '.qcow2': 'qcow2',
  '.vmdk': 'vmdk',
  '.vhd': 'vpc',
  '.vhdx': 'vhdx',
};

/** A copy of the released disk that the machine may write to. */
async function installedDisk(
  image: string,
  values: Values,
  { context, scratch }: { readonly context: CommandContext; readonly scratch: string },
): Promise<Disk> {
  const { append, 'disk-size': size } = values;
  const sizeBytes = size === undefined ? undefined : sizeFrom(size);
  const file = join(scratch, 'installed.img');
  // A dry run starts nothing.
  if (!values['dry-run'])
    await unpackDisk(image, {
      file,
      toolRoot: await emulatorRoot(context, values, 'tools'),
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
      ...(append === undefined ? {} : { append }),
    });
  return { file, format: 'raw', bus: 'virtio' };
}

async function describeDisk(
  text: string,
  { scratchFile, callerFolder }: { readonly scratchFile: string; readonly callerFolder: string },
): Promise<Disk> {
  const size = sizeFrom(text);
  if (size !== undefined) {
    const file = await open(scratchFile, 'wx');
    await file.truncate(size).finally(() => file.close());
    return { file: scratchFile, format: 'raw', bus: 'virtio' };
  }
  const file = resolve(callerFolder, text);
  if (
    !(await stat(file).then(
      (found) => found.isFile(),
      () => false,
    ))
  )
    throw new BuildError(messages.noSuchDiskImage(text));
  return { file, format: FORMATS[extname(file).toLowerCase()] ?? 'raw', bus: 'virtio' };
}

/** Joins the terminal and the machine until one of them ends. */
async function attach(machine: RunningMachine, { stdin, stdout, stderr, signal }: CommandContext): Promise<number> {
  const keyboard = new Keyboard();
  machine.console.onBytes((bytes) => void stdout.write(bytes));
  const onKeys = (bytes: Uint8Array): void => {
    const { typed, orders } = keyboard.take(bytes);
    if (typed.length > 0) machine.console.type(typed);
    for (const order of orders) void obey(order, machine, (line) => void stderr.write(`\r\n${line}\r\n`));
  };
  // `npm run boot | head`: without its console the machine would run on unseen.
  const onUnread = (): void => {
    stderr.write('Nobody reads the console any more: the machine is switched off.\n');
    void machine.stop();
  };
  stdout.once('error', onUnread);
  const raw = stdin.isTTY;
  if (raw) stdin.setRawMode(true);
  stdin.on('data', onKeys);
  try {
    const end = await machine.ended;
    if (signal.aborted) throw new BuildError(messages.machineSwitchedOff());
    if (end.stderr.trim() !== '') stderr.write(`QEMU: ${harmless(end.stderr.trim())}\n`);
    return end.code === 0 || end.code === 137 ? 0 : 1;
  } finally {
    stdin.off('data', onKeys);
    stdout.off('error', onUnread);
    if (raw) stdin.setRawMode(false);
    stdin.pause();
    await machine.stop();
  }
}

async function obey(order: KeyboardOrder, machine: RunningMachine, say: (line: string) => void): Promise<void> {
  try {
    switch (order) {
      case 'quit':
        await machine.stop();
        return;
      case 'power-button':
        return await machine.monitor.powerButton();
      case 'reset':
        return await machine.monitor.resetButton();
      case 'ctrl-alt-delete':
        return await machine.monitor.press(['ctrl', 'alt', 'delete']);
      case 'help':
        return say(`${KEYBOARD_HELP}.`);
      default:
        return unreachable(order);
    }
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}

function numberOption(name: string, text: string, range: { readonly from: number; readonly to: number }): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= range.from && number <= range.to) return number;
  throw new BuildError(messages.notAWholeNumber(`--${name}`, text, range));
}
