import type { Duplex } from 'node:stream';
import { BuildError, type Failure } from '../core/failure.ts';
import type { Json } from '../core/json.ts';
import type { DiskFormat } from './machine.ts';
import * as messages from './messages.ts';

/** Something QEMU told by itself, e.g. `RESET` or `SHUTDOWN`. */
export interface MonitorEvent {
  readonly name: string;
  readonly data: { readonly [key: string]: Json | undefined };
}

type Message = { readonly [key: string]: Json | undefined };

interface Pending {
  readonly command: string;
  readonly resolve: (value: Json) => void;
  readonly reject: (error: Error) => void;
}

/** QEMU's control line (QMP): buttons, cables and switches of the machine. */
export class Monitor {
  readonly #port: Duplex;
  readonly #pending = new Map<number, Pending>();
  readonly #events: MonitorEvent[] = [];
  readonly #watchers = new Set<() => void>();
  readonly #greeted: Promise<void>;
  #greet: () => void = () => undefined;
  #buffer = '';
  #nextId = 1;
  #ended = false;

  constructor(port: Duplex) {
    this.#port = port;
    this.#greeted = new Promise((resolve) => {
      this.#greet = resolve;
    });
    port.on('data', (bytes: Uint8Array) => this.#take(bytes));
    port.on('error', () => this.end());
    port.on('close', () => this.end());
  }

  /** Runs one QMP command and returns what it answers. */
  async execute(command: string, options: { readonly [key: string]: Json | undefined } = {}): Promise<Json> {
    await this.#greeted;
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(gone(command));
      const id = this.#nextId++;
      this.#pending.set(id, { command, resolve, reject });
      this.#port.write(`${JSON.stringify({ execute: command, arguments: options, id })}\n`);
    });
  }

  /** How many events came so far; a wait may start there. */
  mark(): number {
    return this.#events.length;
  }

  /** Waits for an event that comes after `since`. */
  waitForEvent(
    name: string,
    options: { readonly deadlineSeconds: number; readonly meaning: string; readonly since?: number },
  ): Promise<MonitorEvent> {
    const since = options.since ?? this.mark();
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        act();
      };
      const fail = (failure: Failure): void => finish(() => reject(new BuildError(failure)));
      const watcher = (): void => {
        const event = this.#events.slice(since).find((each) => each.name === name);
        if (event) finish(() => resolve(event));
        else if (this.#ended) fail(messages.machineOffBeforeEvent(options.meaning));
      };
      const timer = setTimeout(
        () => fail(messages.eventNotTold(options.meaning, name, options.deadlineSeconds)),
        options.deadlineSeconds * 1000,
      );
      this.#watchers.add(watcher);
      watcher();
    });
  }

  /** Presses the power button (ACPI). */
  async powerButton(): Promise<void> {
    await this.execute('system_powerdown');
  }

  /** Presses the reset button. */
  async resetButton(): Promise<void> {
    await this.execute('system_reset');
  }

  /** Presses keys together, by QEMU's names, e.g. `ctrl alt delete`. */
  async press(keys: readonly string[]): Promise<void> {
    await this.execute('send-key', { keys: keys.map((key) => ({ type: 'qcode', data: key })) });
  }

  /** Plugs a disk into an empty slot (`hot0` …) of the running machine. */
  async plugDisk(disk: {
    readonly id: string;
    readonly file: string;
    readonly format: DiskFormat;
    readonly slot: string;
    readonly serial?: string;
  }): Promise<void> {
    await this.execute('blockdev-add', {
      'node-name': `${disk.id}-node`,
      driver: disk.format,
      file: { driver: 'file', filename: disk.file },
    });
    await this.execute('device_add', {
      driver: 'virtio-blk-pci',
      id: disk.id,
      bus: disk.slot,
      drive: `${disk.id}-node`,
      serial: disk.serial,
    });
  }

  /** Lets a disk (`disk0` …) take a byte per second from now on: whoever waits for it waits for ever. */
  async stallDisk(id: string): Promise<void> {
    const none = { bps_rd: 0, bps_wr: 0, iops: 0, iops_rd: 0, iops_wr: 0 };
    await this.execute('block_set_io_throttle', { device: id, bps: 1, ...none });
  }

  /** Plugs a network card with its own isolated network into an empty slot. */
  async plugNetworkCard(card: { readonly id: string; readonly slot: string }): Promise<void> {
    await this.execute('netdev_add', { type: 'user', id: `${card.id}-net`, restrict: true });
    await this.execute('device_add', {
      driver: 'virtio-net-pci',
      id: card.id,
      bus: card.slot,
      netdev: `${card.id}-net`,
      romfile: '',
    });
  }

  /** Asks the guest to let a plugged device go. */
  async unplug(id: string): Promise<void> {
    await this.execute('device_del', { id });
  }

  /** Ends QEMU at once. */
  async quit(): Promise<void> {
    await this.execute('quit');
  }

  /** Nothing more will come. */
  end(): void {
    this.#ended = true;
    this.#greet();
    for (const pending of this.#pending.values()) pending.reject(gone(pending.command));
    this.#pending.clear();
    for (const watcher of [...this.#watchers]) watcher();
  }

  #take(bytes: Uint8Array): void {
    this.#buffer += Buffer.from(bytes).toString('utf8');
    const lines = this.#buffer.split('\n');
    this.#buffer = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') this.#handle(JSON.parse(line) as Message);
  }

  #handle(message: Message): void {
    if (message['QMP'] !== undefined) {
      this.#port.write(`${JSON.stringify({ execute: 'qmp_capabilities', id: 0 })}\n`);
    } else if (message['id'] === 0) {
      this.#greet();
    } else if (typeof message['event'] === 'string') {
      this.#events.push({ name: message['event'], data: (message['data'] ?? {}) as MonitorEvent['data'] });
      for (const watcher of [...this.#watchers]) watcher();
    } else if (typeof message['id'] === 'number') {
      this.#answer(message['id'], message);
    }
  }

  #answer(id: number, message: Message): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    this.#pending.delete(id);
    const error = message['error'] as { readonly desc?: string } | undefined;
    if (error) pending.reject(new BuildError(messages.monitorRefused(pending.command, error.desc)));
    else pending.resolve(message['return'] ?? null);
  }
}

function gone(command: string): BuildError {
  return new BuildError(messages.monitorGone(command));
}
