// Rules of the house that no other tool knows.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const SKIPPED = new Set(['node_modules', 'dist']);
/** Of the dot folders, which are other programs' own, this one is ours. */
const OUR_DOT_FOLDER = '.ci';
const BINARY = /\.(png|gz|xz|zst|deb|iso|img|qcow2|squashfs|gpg|pgp|bin|tar)$/;
const MADE_BY_TOOLS = new Set(['package-lock.json', 'targets/packages.lock.json']);
const HARD_LINES = 500;

// Spelled in pieces, so that this file does not break its own rules.
const MIRRORS = new RegExp(
  [
    ['deb', 'debian', 'org'],
    ['security', 'debian', 'org'],
    ['ftp', '[a-z.]*', 'debian', 'org'],
    ['registry', 'npmjs', 'org'],
    ['registry', 'yarnpkg', 'com'],
    ['npmmirror', 'com'],
    ['archive', 'ubuntu', 'com'],
  ]
    .map((labels) => `\\b${labels.join('\\.')}\\b`)
    .join('|'),
);
const UNFINISHED = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`);
// The guardian is a program of its own, kept as a string.
const OWN_PROGRAMS = new Set(['pipeline/emulator/guardian.ts']);
const WORLD = /\bprocess\.(argv|env|exit\(|exitCode|stdin|stdout|stderr|cwd\()/;

/** All rules with what they found, as `file:line text`. */
export function houseRules(projectFolder) {
  const files = textFiles(projectFolder).map((file) => ({ file, lines: readFileSync(path.join(projectFolder, file), 'utf8').split('\n') }));
  const ours = files.filter(({ file }) => !MADE_BY_TOOLS.has(file));
  const source = ours.filter(({ file }) => /\.(ts|mjs|cjs|sh)$/.test(file));
  const lock = files.find(({ file }) => file === 'package-lock.json');
  return [
    { name: 'there are files to look at', found: source.length > 0 ? [] : ['not one source file was found'] },
    { name: `no file is longer than ${HARD_LINES} lines`, found: source.filter(({ lines }) => lines.length > HARD_LINES).map(({ file, lines }) => `${file}: ${lines.length} lines`) },
    {
      name: 'no file names a package mirror',
      found: matching(files, MIRRORS),
    },
    { name: 'nothing is left unfinished', found: matching(ours, UNFINISHED) },
    { name: 'package-lock.json names no host', found: lock ? matching([lock], /"resolved":/) : ['package-lock.json is missing'] },
    { name: 'no file is called utils or helpers', found: source.filter(({ file }) => /(^|\/)(utils?|helpers?|misc|common)(\.|\/)/.test(file)).map(({ file }) => file) },
    {
      name: 'only cli reads arguments, environment and streams, or exits',
      found: matching(
        source.filter(({ file }) => /^(pipeline|targets)\//.test(file) && !file.startsWith('pipeline/cli/') && !OWN_PROGRAMS.has(file)),
        WORLD,
      ),
    },
    {
      name: 'sorting does not depend on the locale',
      found: matching(
        source.filter(({ file }) => /^(pipeline|targets|overlays)\//.test(file)),
        /\.localeCompare\(/,
      ),
    },
  ];
}

function matching(files, pattern) {
  return files.flatMap(({ file, lines }) =>
    lines.flatMap((line, index) => (pattern.test(line) && !/^\s*(\/\/|\*|\/\*\*)/.test(pattern === WORLD ? line : '') ? [`${file}:${index + 1} ${line.trim().slice(0, 120)}`] : [])),
  );
}

function textFiles(projectFolder, folder = '') {
  return readdirSync(path.join(projectFolder, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    if (SKIPPED.has(entry.name)) return [];
    if (entry.isDirectory()) return entry.name.startsWith('.') && entry.name !== OUR_DOT_FOLDER ? [] : textFiles(projectFolder, name);
    return entry.isFile() && !BINARY.test(entry.name) ? [name] : [];
  });
}
