import { packagesBehind } from '../graph/packages-behind.ts';
import { type AuditedPackage, auditPins } from '../pins/audit.ts';
import { allTargets } from './all-targets.ts';
import type { Command, CommandContext } from './command.ts';
import { readOptions } from './options.ts';
import { packageVersion } from './package-version.ts';
import { withPins } from './pins.ts';
import { notesTo } from './reporter.ts';
import { COMMON_OPTIONS, type Settings, settingsFrom } from './settings.ts';
import { artifactsOf, beginTargets } from './target-outcome.ts';
import { wire } from './wire.ts';

const OPTIONS = {
  strict: { type: 'boolean', help: 'exit 1 when a CVE is named in a successor of what ships' },
  ...COMMON_OPTIONS,
  json: {
    type: 'boolean',
    help: 'as JSON: an array of {name, arch, version, successor, archive, urgency, cves, targets, …}',
  },
} as const;

/** A superseded package with the targets whose files hold it. */
type Row = AuditedPackage & { readonly targets: readonly string[] };

export const audit: Command = {
  name: 'audit',
  summary: 'list superseded packages with the CVEs that their successors mend, and what ships them',
  usage: '',
  about: `Reads the changelogs of the newer versions that the archives have of locked packages: their urgency and the CVEs they name.
It says what an update would mend, and nothing of what is still open. A new upstream version may name no CVE; a rebuild has no entry.`,
  options: OPTIONS,
  async run(context) {
    const { values } = readOptions(context.argv, OPTIONS, 0);
    const settings = settingsFrom(values, context);
    const found = await withPins(settings, context, auditPins);
    const ships = await targetsOfPackages(settings, context);
    const rows = found.map((each): Row => ({ ...each, targets: ships.get(keyOf(each)) ?? [] }));
    context.stdout.write(values.json ? `${JSON.stringify(rows, undefined, 2)}\n` : auditText(rows));
    return values.strict && rows.some(mendsWhatShips) ? 1 : 0;
  },
};

function keyOf({
  name,
  version,
  arch,
}: {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
}): string {
  return `${name}=${version} ${arch}`;
}

/** Which targets' files are made of a package; what only the tools need is in none. */
async function targetsOfPackages(
  settings: Settings,
  context: CommandContext,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const version = `v${await packageVersion(context.projectFolder)}-audit`;
  const wiring = await wire({ command: context, settings, version, report: notesTo(context), failFast: true });
  try {
    const ships = new Map<string, string[]>();
    for (const begun of beginTargets(allTargets(), wiring)) {
      if (begun.error !== undefined) throw begun.error;
      for (const { pin } of packagesBehind(wiring.context.graph, artifactsOf([begun]))) {
        // A package for all architectures is locked for each of them.
        for (const arch of pin.arch === 'all' ? ['amd64', 'arm64'] : [pin.arch]) {
          const key = keyOf({ ...pin, arch });
          ships.set(key, [...(ships.get(key) ?? []), begun.target.name]);
        }
      }
    }
    return ships;
  } finally {
    await wiring.close();
  }
}

function mendsWhatShips({ cves = [], targets }: Row): boolean {
  return cves.length > 0 && targets.length > 0;
}

function auditText(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const urgency = row.urgency === undefined ? '' : `, urgency ${row.urgency}`;
    const cves = row.cves ?? [];
    const mends = !row.hasChangelog
      ? 'it has no changelog of its own'
      : cves.length === 0
        ? 'no CVE is named'
        : cves.join(' ');
    const ships = row.targets.length === 0 ? 'in no release file' : `in ${row.targets.join(', ')}`;
    return `${row.name} ${row.version} → ${row.successor} (${row.arch}, ${row.archive}${urgency})\n    ${mends}\n    ${ships}\n`;
  });
  const cves = new Set(rows.filter(mendsWhatShips).flatMap(({ cves: named = [] }) => named));
  const last =
    rows.length === 0
      ? 'Every locked package is current.\n'
      : `${rows.length} packages are superseded; ${cves.size} CVEs are named in successors of what ships. \`npm run pins -- update --security\` locks those of the security archive, \`npm run pins -- update\` all.\n`;
  return `${lines.join('')}${last}`;
}
