import { execFileSync } from 'node:child_process';

/** Words that give a command a tiny file system over one folder; undefined where user namespaces are forbidden. */
export function withTinyFolder(place: string, size: string): readonly string[] | undefined {
  const words = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', 'mount -t tmpfs -o size="$0" tiny "$1" && shift && exec "$@"', size, place];
  try {
    execFileSync('unshare', [...words.slice(1), 'true'], { stdio: 'ignore' });
    return words;
  } catch {
    return undefined;
  }
}
