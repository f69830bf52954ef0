import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { cruise } from 'dependency-cruiser';

const FOLDERS = ['pipeline', 'targets', 'overlays', 'test'];

/** Which directories of the pipeline each of them may import. */
export function mayImport(projectFolder) {
  return rulesOf(projectFolder).mayImport;
}

function rulesOf(projectFolder) {
  return createRequire(import.meta.url)(path.join(projectFolder, '.dependency-cruiser.cjs'));
}

/** Checks who imports whom below a folder against `.dependency-cruiser.cjs` of the project. Nothing seen is trouble too. */
export async function importRules(projectFolder, cruisedFolder = projectFolder, folders = FOLDERS) {
  const { forbidden, options, mayImport: table } = rulesOf(projectFolder);
  const { output } = await cruise(folders, { ...options, baseDir: cruisedFolder, validate: true, ruleSet: { forbidden } });
  const { totalCruised, violations } = output.summary;
  const sources = output.modules.filter((module) => module.source.endsWith('.ts') && !module.source.includes('node_modules'));
  if (totalCruised === 0 || sources.length === 0) return 'it saw no TypeScript module (is the TypeScript version one that it reads?)';
  const found = [
    ...violations.map(({ rule, from, to, comment }) => `${from} → ${to}: ${rule.name}${comment ? ` (${comment})` : ''}`),
    ...foldersWithoutRule(cruisedFolder, table),
    ...folderCycles(table),
  ];
  return found.length === 0 ? undefined : found.join('\n');
}

/** A folder with code that the table of imports does not know may import anything: nobody has thought about it. */
function foldersWithoutRule(cruisedFolder, mayImport) {
  const pipeline = path.join(cruisedFolder, 'pipeline');
  if (!existsSync(pipeline)) return [];
  return readdirSync(pipeline, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !Object.hasOwn(mayImport, entry.name))
    .filter(({ name }) => readdirSync(path.join(pipeline, name), { recursive: true }).some((file) => file.endsWith('.ts')))
    .map(({ name }) => `pipeline/${name}: there is no import rule for this folder: add it to MAY_IMPORT in .dependency-cruiser.cjs`);
}

/** Cycles between folders in a table of who may import whom. Where the table has none, the code has none. */
export function folderCycles(mayImport) {
  const done = new Set();
  const found = [];
  const visit = (folder, above) => {
    if (above.includes(folder)) found.push(`folders import each other in a circle: ${[...above.slice(above.indexOf(folder)), folder].join(' → ')}`);
    if (above.includes(folder) || done.has(folder)) return;
    for (const each of mayImport[folder] ?? []) visit(each, [...above, folder]);
    done.add(folder);
  };
  for (const folder of Object.keys(mayImport)) visit(folder, []);
  return found;
}
