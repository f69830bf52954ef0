import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildPackageIndex } from '../../pipeline/pins/package-index.ts';
import { resolve } from '../../pipeline/pins/resolve.ts';
import { Draws } from '../rig/draws.ts';
import { aptInstalls } from './debian-oracle.ts';

const COUNT = 120;

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((letter) => `lib${letter}`);
const VERSIONS = ['1', '1.5~rc1', '1.5', '2-1', '1:0.1'];
/** Packages that only others provide. */
const VIRTUAL = ['mta', 'awk'];

interface Kind {
  /** In how many of a hundred dependencies another package would do as well. */
  readonly alternatives: number;
  /** In how many of a hundred dependencies the name is one that others provide, and how many packages provide it. */
  readonly virtual: number;
  readonly conflicts: number;
}

function relation(draws: Draws, { virtual }: Kind): string {
  if (draws.chance(virtual)) return draws.one(VIRTUAL);
  // One name in the list is that of no package.
  const name = draws.one([...NAMES, ...NAMES, 'libgone']);
  return draws.chance(30) ? `${name} (${draws.one(['>=', '<<', '=', '<=', '>>'])} ${draws.one(VERSIONS)})` : name;
}

function stanza(draws: Draws, kind: Kind, name: string, version: string): string {
  const depends = draws.list(draws.below(3), () => {
    const first = relation(draws, kind);
    return draws.chance(kind.alternatives) ? `${first} | ${relation(draws, kind)}` : first;
  });
  const fields = {
    Package: name,
    Version: version,
    Architecture: draws.one(['amd64', 'all']),
    ...(depends.length > 0 ? { [draws.one(['Depends', 'Pre-Depends'])]: depends.join(', ') } : {}),
    ...(draws.chance(kind.conflicts) ? { [draws.one(['Conflicts', 'Breaks'])]: relation(draws, { ...kind, virtual: 0 }) } : {}),
    ...(draws.chance(kind.virtual) ? { Provides: draws.one(VIRTUAL) } : {}),
    Filename: `./${name}_${version.replace(':', '%3a')}.deb`,
    Size: '1',
    SHA256: '0'.repeat(64),
  };
  return Object.entries(fields)
    .map(([field, value]) => `${field}: ${value}\n`)
    .join('');
}

/** An archive of which some packages have two versions. */
function archive(draws: Draws, kind: Kind): string {
  const stanzas = NAMES.flatMap((name) => {
    const first = draws.one(VERSIONS);
    const second = draws.one(VERSIONS.filter((version) => version !== first));
    return [first, ...(draws.chance(30) ? [second] : [])].map((version) => stanza(draws, kind, name, version));
  });
  return `${stanzas.join('\n')}\n`;
}

type Answer = { readonly ok: true; readonly installs: readonly string[] } | { readonly ok: false; readonly why: string };

function ours(packages: string, names: readonly string[]): Answer {
  const resolution = resolve({ index: buildPackageIndex([{ archive: 'debian', text: packages }]), packages: names, exclude: [], below: [] });
  return resolution.ok
    ? { ok: true, installs: resolution.chosen.map(({ name, version }) => `${name}=${version}`).sort() }
    : { ok: false, why: resolution.troubles.map(({ message }) => message).join(' ') };
}

interface Case {
  readonly packages: string;
  readonly names: readonly string[];
  readonly shown: string;
}

function cases(name: string, kind: Kind): readonly Case[] {
  return Array.from({ length: COUNT }, (_, index) => {
    const draws = new Draws(`${name} ${index}`);
    const packages = archive(draws, kind);
    const names = [...new Set(draws.list(1 + draws.below(2), () => draws.one(NAMES)))];
    return { packages, names, shown: `install ${names.join(' ')} out of\n${packages}` };
  });
}

test('where dependencies leave no choice, apt installs the same packages and refuses the same requests', async () => {
  const seen = { ok: 0, refused: 0 };
  for (const { packages, names, shown } of cases('plain', { alternatives: 0, virtual: 0, conflicts: 10 })) {
    const own = ours(packages, names);
    const apt = await aptInstalls(packages, names);
    if (apt.ok) assert.deepEqual(own, apt, shown);
    else assert.equal(own.ok, false, `${shown}\napt: ${apt.why}`);
    seen[apt.ok ? 'ok' : 'refused'] += 1;
  }
  assert.ok(seen.ok > 20 && seen.refused > 20, JSON.stringify(seen));
});

test('where they leave one, apt takes our choice as complete, and refuses nothing that we resolve', async () => {
  const seen = { same: 0, other: 0, refused: 0 };
  for (const { packages, names, shown } of cases('choice', { alternatives: 50, virtual: 25, conflicts: 5 })) {
    const own = ours(packages, names);
    const apt = await aptInstalls(packages, names);
    if (!own.ok) {
      // A pinned set is refused where its first choice cannot be installed; apt may look further.
      seen.refused += 1;
      continue;
    }
    assert.ok(apt.ok, `${shown}\nours: ${own.installs.join(' ')}\napt: ${apt.ok ? '' : apt.why}`);
    const taken = await aptInstalls(
      packages,
      own.installs.map((each) => each.split('=')[0] ?? ''),
    );
    assert.deepEqual(taken, own, shown);
    seen[apt.installs.join() === own.installs.join() ? 'same' : 'other'] += 1;
  }
  assert.ok(seen.same > 30 && seen.refused > 5, JSON.stringify(seen));
});
