import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../pipeline/emulator/free-port.ts';
import { toolProgram } from '../../pipeline/host/tool-program.ts';
import { toolRoot } from './tools.ts';

const START_SECONDS = 60;

/** Debian's nginx as a Bazel HTTP cache on a port of this host. */
export class WebCache {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly url: string;

  private constructor(child: ChildProcess, folder: string, url: string) {
    this.#child = child;
    this.#folder = folder;
    this.url = url;
    process.once('exit', this.stop);
  }

  /** `folder` is made; what the server holds lies in `files` of it. */
  static async start(folder: string, { mayWrite = true }: { readonly mayWrite?: boolean } = {}): Promise<WebCache> {
    const port = await freePort();
    await mkdir(join(folder, 'files'), { recursive: true });
    await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, mayWrite));
    const [program = '', ...words] = toolProgram(await toolRoot('webserver'), 'nginx', { below: await toolRoot('tools') });
    const child = spawn(program, [...words, '-e', 'stderr', '-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => {
      said = (said + bytes.toString('utf8')).slice(-4000);
    });
    const server = new WebCache(child, folder, `http://127.0.0.1:${port}`);
    for (let tries = START_SECONDS * 10; tries > 0 && child.exitCode === null; tries--) {
      if (existsSync(join(folder, 'pid')) && (await fetch(server.url).then(Boolean, () => false))) return server;
      await sleep(100);
    }
    server.stop();
    throw new Error(`nginx does not answer:\n${said}`);
  }

  /** A stored file's place. */
  fileOf(part: 'ac' | 'cas', digest: string): string {
    return join(this.#folder, 'files', part, digest.replace('sha256:', ''));
  }

  /** Requests so far, as `PUT /ac/…`. */
  async requests(): Promise<readonly string[]> {
    const text = await readFile(join(this.#folder, 'access.log'), 'utf8');
    return [...text.matchAll(/"([A-Z]+ \/(?:ac|cas)\/[0-9a-f]+) /g)].map(([, request]) => request ?? '');
  }

  readonly stop = (): void => {
    process.removeListener('exit', this.stop);
    this.#child.kill('SIGKILL');
  };
}

function configuration(folder: string, port: number, mayWrite: boolean): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${folder}/${name};`);
  return `daemon off;
master_process off;
pid ${folder}/pid;
events {}
http {
  access_log ${folder}/access.log;
${temporary.join('\n')}
  client_max_body_size 0;
  server {
    listen 127.0.0.1:${port};
    root ${folder}/files;
    location ~ ^/(ac|cas)/ {
${mayWrite ? '      dav_methods PUT;\n      create_full_put_path on;\n' : ''}    }
  }
}
`;
}
