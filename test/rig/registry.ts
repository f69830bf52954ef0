import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../pipeline/emulator/free-port.ts';
import { toolProgram } from '../../pipeline/host/tool-program.ts';
import { projectFolder } from './project.ts';
import { toolRoot } from './tools.ts';

/** Where a machine finds the registry of its case: in the first network, spoken to without a certificate. */
export const REGISTRY = { address: '10.0.2.100', port: 5000 } as const;

const START_SECONDS = 60;

/** Debian's docker-registry on a port of this host. What is pushed to it stays while the case runs, over every power cut of the machine. */
export class RunningRegistry {
  readonly #child: ChildProcess;
  readonly #port: number;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.#port = port;
    process.once('exit', this.stop);
  }

  /** `folder` is made, and holds what is pushed. */
  static async start(folder: string): Promise<RunningRegistry> {
    const port = await freePort();
    await mkdir(folder, { recursive: true });
    const configuration = join(folder, 'config.yml');
    await writeFile(configuration, `version: 0.1\nlog:\n  level: warn\nstorage:\n  filesystem:\n    rootdirectory: ${folder}\nhttp:\n  addr: 127.0.0.1:${port}\n`);
    const [program = '', ...words] = toolProgram(await toolRoot('registry'), 'docker-registry');
    const child = spawn(program, [...words, 'serve', configuration], { stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: '/usr/bin:/bin', OTEL_TRACES_EXPORTER: 'none' } });
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => {
      said = (said + bytes.toString('utf8')).slice(-4000);
    });
    const registry = new RunningRegistry(child, port);
    for (let tries = START_SECONDS * 10; tries > 0; tries--) {
      if (await answers(port)) return registry;
      if (child.exitCode !== null) break;
      await sleep(100);
    }
    registry.stop();
    throw new Error(`docker-registry does not answer:\n${said}`);
  }

  /** What QEMU starts for each connection of the guest. */
  get command(): string {
    return `${process.execPath} ${join(projectFolder, 'test/rig/bridge.mjs')} ${this.#port}`;
  }

  readonly stop = (): void => {
    process.removeListener('exit', this.stop);
    this.#child.kill('SIGKILL');
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const finish = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}
