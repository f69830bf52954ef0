/** What a host says of a sandbox before the tool image is there: undefined where it has no program that can be asked. */
export interface HostSandbox {
  readonly isPossible: boolean;
  readonly words: string;
}

/** Asks whether this user may make the namespaces of a sandbox, with the host's own bwrap or unshare. */
export async function askHost(options: {
  /** PATH of the host. */
  readonly searchPath: string;
  readonly signal: AbortSignal;
}): Promise<HostSandbox | undefined> {
  // zx is loaded only where something must really be asked.
  const { runShortCommand } = await import('./short-command.ts');
  const run = (argv: readonly string[]) =>
    runShortCommand(['/usr/bin/env', `PATH=${options.searchPath}`, ...argv], { seconds: 20, signal: options.signal });
  for (const argv of [
    ['bwrap', '--unshare-all', '--ro-bind', '/', '/', '--', '/bin/sh', '-c', ':'],
    ['unshare', '--user', '--map-root-user', '--mount', '--net', '--', '/bin/sh', '-c', ':'],
  ]) {
    const { code, words } = await run(argv);
    // 127: there is no such program, or no env to ask for it.
    if (code === 127) continue;
    return { isPossible: code === 0, words: words.trim() || `${argv[0]}: exit code ${code}` };
  }
  return undefined;
}
