import { execFileSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { liveSystem } from '../../pipeline/recipes/system.ts';
import { wired } from './disk-build.ts';

/** Unpacks what the default console is made of, but for the engine; gives the folder. */
export async function unpackRelease(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'console-release-'));
  const wiring = await wired();
  try {
    for (const { name, tar } of liveSystem(wiring.context, 'amd64').layers) {
      if (name !== 'base' && name !== 'config') continue;
      const { digest } = await wiring.engine.build(tar);
      execFileSync('tar', ['-xpf', wiring.store.pathOf(digest), '-C', root, '--numeric-owner']);
    }
  } finally {
    await wiring.close();
  }
  return root;
}
