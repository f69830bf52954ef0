import { spawn } from 'node:child_process';
import { chmodSync, createReadStream, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { shellWord } from '../../pipeline/core/shell-word.ts';
import { toolProgram } from '../../pipeline/host/tool-program.ts';
import { toolRoot } from './tools.ts';

/** What the daemon answered: each line of a stream of progress, or the one answer. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

export interface PrivateDockerd {
  ask(method: string, path: string, body?: string): Promise<Answer>;
  /** Ends the daemon, and containerd with it. */
  stop(): Promise<void>;
}

/** Whether a daemon can be run here: it changes owners of files. */
export const MAY_RUN_DOCKERD = process.getuid?.() === 0;

/** Starts the Docker daemon of the pinned packages with a state of its own below a folder, without a network. It starts no container. */
export async function privateDockerd(folder: string): Promise<PrivateDockerd> {
  const [base, engine] = [await toolRoot('base'), await toolRoot('engine')];
  const programs = join(folder, 'programs');
  mkdirSync(programs, { recursive: true });
  // The engine lies above the base: its programs with both libraries, by the names that the daemon looks for.
  for (const name of ['dockerd', 'containerd', 'runc']) {
    const words = toolProgram(engine, name, { below: base, calledAs: name });
    writeFileSync(join(programs, name), `#!/bin/sh\nexec ${words.map(shellWord).join(' ')} "$@"\n`);
    chmodSync(join(programs, name), 0o755);
  }
  const socket = join(folder, 'docker.sock');
  const words = ['--host', `unix://${socket}`, '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '--pidfile', join(folder, 'dockerd.pid')];
  const log = join(folder, 'log');
  writeFileSync(log, '');
  const child = spawn(
    'sh',
    ['-c', 'log=$1; shift; exec dockerd "$@" >"$log" 2>&1', 'sh', log, ...words, '--iptables=false', '--ip6tables=false', '--bridge=none', '--userland-proxy=false', '--storage-driver=vfs'],
    {
      env: { PATH: `${programs}:/usr/sbin:/usr/bin:/sbin:/bin`, HOME: folder },
      stdio: 'ignore',
    },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const daemon: PrivateDockerd = {
    ask: (method, path, body) => ask(socket, { method, path, body }),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
  while (!existsSync(socket) || (await daemon.ask('GET', '/_ping').catch(() => undefined))?.status !== 200) {
    if (child.exitCode !== null) throw new Error(`dockerd ended:\n${readFileSync(log, 'utf8')}`);
    await sleep(100);
  }
  return daemon;
}

function ask(socketPath: string, { method, path, body }: { readonly method: string; readonly path: string; readonly body: string | undefined }): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ socketPath, method, path, headers: body === undefined ? {} : { 'Content-Type': 'application/x-tar' } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (more: string) => {
        text += more;
      });
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.once('error', reject);
    });
    asking.once('error', reject);
    if (body === undefined) asking.end();
    else createReadStream(body).pipe(asking);
  });
}
