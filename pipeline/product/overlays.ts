import { existsSync } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import { loadOverlayRules, type OverlayRules } from '../config/overlay-rules.ts';
import type { YamlFile } from '../config/yaml-file.ts';
import type { Failure } from '../core/failure.ts';
import { compareCodeUnits } from '../core/json.ts';
import * as messages from './messages.ts';
import type { ProductFile } from './product-file.ts';

/** A directory that is laid over the system. */
export interface ProductOverlay {
  /** From the directory of `rancheros.yaml`, in POSIX form. */
  readonly path: string;
  /** Of the file beside it, `<path>.yaml`. */
  readonly rules: OverlayRules;
}

const NO_RULES: OverlayRules = { replaces: [], modes: {}, owners: {}, links: {}, directories: {} };

/** The overlays of a product, and what in them cannot become part of a system. */
export async function readOverlays(
  folder: string,
  shownAs: string,
  { data, place }: YamlFile<ProductFile>,
): Promise<{ readonly overlays: readonly ProductOverlay[]; readonly failures: readonly Failure[] }> {
  const failures: Failure[] = [];
  const overlays: ProductOverlay[] = [];
  for (const [index, written] of (data.overlays ?? []).entries()) {
    const below = path.posix.normalize(written).replace(/\/$/, '');
    const top = path.join(folder, below);
    const seen = await lstat(top).catch(() => undefined);
    if (!seen?.isDirectory()) {
      failures.push(messages.noOverlay(place(['overlays', index]), written, seen !== undefined));
      continue;
    }
    failures.push(...(await mistakesIn(top, '', path.join(shownAs, below))));
    overlays.push({ path: below, rules: await rulesBeside(top, path.join(shownAs, below)) });
  }
  return { overlays, failures };
}

async function rulesBeside(top: string, shownAs: string): Promise<OverlayRules> {
  const file = `${top}.yaml`;
  return existsSync(file) ? loadOverlayRules(file, `${shownAs}.yaml`) : NO_RULES;
}

async function mistakesIn(top: string, below: string, shownAs: string): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  const entries = await readdir(path.join(top, below)).catch(() => undefined);
  if (!entries) return [messages.overlayUnreadable(path.join(shownAs, below))];
  for (const name of entries.sort(compareCodeUnits)) {
    const inside = path.posix.join(below, name);
    const file = path.join(shownAs, inside);
    const seen = await lstat(path.join(top, inside));
    if (seen.isDirectory()) failures.push(...(await mistakesIn(top, inside, shownAs)));
    else if (seen.isSymbolicLink()) {
      const target = await readlink(path.join(top, inside));
      if (climbsOut(inside, target)) failures.push(messages.linkLeavesOverlay(file, target));
    } else if (!seen.isFile()) failures.push(messages.notForAnOverlay(file, kindOf(seen)));
    else if ((seen.mode & 0o7000) !== 0) failures.push(messages.overlayFileWithBits(file, inside, seen.mode & 0o7777));
  }
  return failures;
}

/** Whether a link would lead above the root of the system that the overlay becomes part of. */
function climbsOut(link: string, target: string): boolean {
  const from = target.startsWith('/') ? '' : path.posix.dirname(link);
  const to = path.posix.normalize(path.posix.join(from === '.' ? '' : from, target.replace(/^\/+/, '')));
  return to === '..' || to.startsWith('../');
}

function kindOf(seen: { isFIFO(): boolean; isSocket(): boolean }): string {
  return seen.isFIFO() ? 'a named pipe' : seen.isSocket() ? 'a socket' : 'a device';
}
