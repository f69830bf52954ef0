import { createRequire } from 'node:module';
import path from 'node:path';
import { cruise } from 'dependency-cruiser';

const FOLDERS = ['pipeline', 'targets', 'overlays', 'test'];

/** Checks who imports whom below a folder against `.dependency-cruiser.cjs` of the project. Nothing seen is trouble too. */
export async function importRules(projectFolder, cruisedFolder = projectFolder, folders = FOLDERS) {
  const { forbidden, options } = createRequire(import.meta.url)(path.join(projectFolder, '.dependency-cruiser.cjs'));
  const { output } = await cruise(folders, { ...options, baseDir: cruisedFolder, validate: true, ruleSet: { forbidden } });
  const { totalCruised, violations } = output.summary;
  const sources = output.modules.filter((module) => module.source.endsWith('.ts') && !module.source.includes('node_modules'));
  if (totalCruised === 0 || sources.length === 0) return 'it saw no TypeScript module (is the TypeScript version one that it reads?)';
  if (violations.length === 0) return undefined;
  return violations.map(({ rule, from, to, comment }) => `${from} → ${to}: ${rule.name}${comment ? ` (${comment})` : ''}`).join('\n');
}
