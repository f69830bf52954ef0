import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {{ boot: string, files: Record<string, string>, firmware: string, device: string, datasource: string, memoryMiB: number, accelerator: string, checks: { sentence: string, ok: boolean, seconds: number }[] }} BootResult */
/** @typedef {Omit<BootResult, 'checks'> & { checks: number, failed: string[], secondsToDocker: number | null }} BootRow */

/**
 * What the boots since `since` (milliseconds) came to, in the order of their names. Seconds count from power-on to the check that the
 * user's Docker answers; null where a boot does not ask.
 *
 * @param {string} folder
 * @param {number} since
 * @returns {BootRow[]}
 */
export function bootRows(folder, since) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => join(folder, name, 'results.json'))
    .filter((file) => existsSync(file) && statSync(file).mtimeMs >= since)
    .map((file) => rowOf(/** @type {BootResult} */ (JSON.parse(readFileSync(file, 'utf8')))))
    .sort((a, b) => (a.boot < b.boot ? -1 : 1));
}

/**
 * @param {BootResult} result
 * @returns {BootRow}
 */
function rowOf({ checks, ...facts }) {
  const docker = checks.find(({ sentence, ok }) => ok && sentence === 'docker answers');
  return { ...facts, checks: checks.length, failed: checks.filter(({ ok }) => !ok).map(({ sentence }) => sentence), secondsToDocker: docker?.seconds ?? null };
}

/**
 * One line a boot: seconds to the user's Docker, firmware, device, datasource, and what was booted.
 *
 * @param {BootRow[]} rows
 */
export function bootTable(rows) {
  const cells = rows.map(({ boot, firmware, device, datasource, files, failed, secondsToDocker }) => [
    failed.length === 0 ? '✔' : '✖',
    secondsToDocker === null ? '–' : `${secondsToDocker.toFixed(1)} s`,
    firmware,
    device,
    datasource,
    Object.keys(files).join(' ') || '–',
    boot,
  ]);
  const head = ['', 'Docker', 'firmware', 'device', 'datasource', 'files', 'boot'];
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (/** @type {string[]} */ row) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ');
  return `${[head, ...cells].map(line).join('\n')}\n`;
}

/**
 * Writes rows into the file of results that is kept with the project; boots that were not run this time keep theirs.
 *
 * @param {string} file
 * @param {BootRow[]} rows
 */
export function keepRows(file, rows) {
  const before = existsSync(file) ? /** @type {BootRow[]} */ (JSON.parse(readFileSync(file, 'utf8'))) : [];
  const ran = new Set(rows.map(({ boot }) => boot));
  const all = [...before.filter(({ boot }) => !ran.has(boot)), ...rows].sort((a, b) => (a.boot < b.boot ? -1 : 1));
  writeFileSync(file, `${JSON.stringify(all, undefined, 1)}\n`);
}
