import { execFileSync } from 'node:child_process';

/** Copies a file that may be written then. Holes stay holes: disks of many gigabytes are copied in tests. */
export function copySparse(from: string, to: string): void {
  execFileSync('cp', ['--sparse=always', '--reflink=auto', '--', from, to]);
}
