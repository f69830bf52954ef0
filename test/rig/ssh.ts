import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandResult } from '../../pipeline/emulator/shell.ts';
import { toolProgram } from '../../pipeline/host/tool-program.ts';
import { toolRoot } from './tools.ts';

interface Key {
  /** As ssh reads it from a file. */
  readonly secret: string;
  /** As it stands in authorized_keys. */
  readonly line: string;
}

/** The key that cases give to their machine, e.g. in metadata. Made anew in each run. */
export const KNOWN_KEY: Key = newKey('known@boot-test');
/** A key that no machine knows. */
export const STRANGE_KEY: Key = newKey('strange@boot-test');

function newKey(comment: string): Key {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // The uncompressed point is the end of the key's DER: 0x04, x, y.
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-65);
  const field = (bytes: Uint8Array | string): Buffer => {
    const content = Buffer.from(bytes);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return Buffer.concat([length, content]);
  };
  const kind = 'ecdsa-sha2-nistp256';
  const blob = Buffer.concat([field(kind), field('nistp256'), field(point)]);
  return { secret: privateKey.export({ type: 'sec1', format: 'pem' }).toString(), line: `${kind} ${blob.toString('base64')} ${comment}` };
}

const SHARED = ['-F', '/dev/null', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', '-o', 'IdentitiesOnly=yes', '-o', 'NumberOfPasswordPrompts=1'];

/** Runs a command over SSH on a port of this host, with the client of the system under test. Never asks anybody anything. */
export async function overSsh(options: {
  readonly port: number;
  readonly user: string;
  readonly command: string;
  readonly with: 'known-key' | 'strange-key' | { readonly password: string };
  readonly seconds: number;
}): Promise<CommandResult> {
  const folder = await mkdtemp(join(tmpdir(), 'ssh-'));
  try {
    const [ssh, ...loading] = toolProgram(await toolRoot('base'), 'ssh');
    let how: readonly string[];
    let env: { readonly [name: string]: string } = {};
    if (typeof options.with === 'string') {
      const key = join(folder, 'key');
      await writeFile(key, (options.with === 'known-key' ? KNOWN_KEY : STRANGE_KEY).secret, { mode: 0o600 });
      how = ['-i', key, '-o', 'BatchMode=yes'];
    } else {
      const asker = join(folder, 'asker');
      await writeFile(asker, '#!/bin/sh\nprintf "%s\\n" "$RIG_PASSWORD"\n', { mode: 0o700 });
      how = ['-o', 'PreferredAuthentications=password,keyboard-interactive', '-o', 'PubkeyAuthentication=no'];
      env = { SSH_ASKPASS: asker, SSH_ASKPASS_REQUIRE: 'force', RIG_PASSWORD: options.with.password };
    }
    const words = [...loading, ...SHARED, ...how, '-o', `ConnectTimeout=${Math.ceil(options.seconds)}`, '-p', String(options.port), `${options.user}@127.0.0.1`, options.command];
    return await result(ssh, words, { env, seconds: options.seconds });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function result(program: string, words: readonly string[], options: { readonly env: { readonly [name: string]: string }; readonly seconds: number }): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent', ...options.env }, stdio: ['ignore', 'pipe', 'pipe'], timeout: Math.ceil(options.seconds * 1000) });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (bytes: Buffer) => {
      stdout += bytes.toString('utf8');
    });
    child.stderr.on('data', (bytes: Buffer) => {
      stderr += bytes.toString('utf8');
    });
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ stdout, stderr: signal ? `${stderr}no answer within ${Math.round(options.seconds)} seconds` : stderr, exitCode: code ?? 255 }));
  });
}
