import { runningVersion } from '../runtime/release.ts';
import type { System } from '../runtime/system.ts';
import { type Addresses, fillAddresses } from './addresses.ts';
import { MAX_BYTES } from './document.ts';
import { filesIn } from './files.ts';
import { readKernelLine } from './kernel-line.ts';
import { at, mergeInto, type Tree, without } from './merge.ts';
import { applyMetadata, parseMetadata } from './metadata.ts';
import type { Problem } from './problem.ts';
import { readCloudConfig } from './read.ts';
import { type Reader, readBefore } from './read-before.ts';
import { belowOtherImages } from './replaced-image.ts';
import type { CloudConfig } from './schema.ts';

export const CONF = '/var/lib/rancher/conf';
export const CLOUD_CONFIG_FILE = `${CONF}/cloud-config.yml`;
export const CLOUD_CONFIG_FOLDER = `${CONF}/cloud-config.d`;
export const OS_CONFIG_FILE = '/usr/share/ros/os-config.yml';
export const METADATA_FILE = `${CONF}/metadata`;
export const BAKED_FILE = '/usr/share/ros/cloud-config.yml';

/** Where configuration comes from. */
export type Source =
  | { readonly kind: 'file' | 'folder'; readonly path: string; readonly by: 'release' | 'maker' | 'user' }
  | { readonly kind: 'kernel-line' | 'after-dashes' | 'debug' }
  | { readonly kind: 'metadata'; readonly path: string };

/** All sources, the lowest first; later ones win. Files of a directory are sorted by name. */
export const SOURCES: readonly Source[] = [
  { kind: 'file', path: OS_CONFIG_FILE, by: 'release' },
  // Additions of a target, such as its agents.
  { kind: 'file', path: '/usr/share/ros/target.yml', by: 'release' },
  // A cloud-config that was baked into release files (`npm run build -- --cloud-config`).
  { kind: 'file', path: BAKED_FILE, by: 'maker' },
  { kind: 'file', path: '/usr/share/ros/oem/oem-config.yml', by: 'maker' },
  { kind: 'folder', path: CLOUD_CONFIG_FOLDER, by: 'user' },
  { kind: 'file', path: CLOUD_CONFIG_FILE, by: 'user' },
  { kind: 'kernel-line' },
  { kind: 'after-dashes' },
  // rancher.debug turns on the debug keys of everything that has one.
  { kind: 'debug' },
  // Fills gaps only.
  { kind: 'metadata', path: METADATA_FILE },
];

export interface LoadedConfig {
  readonly config: CloudConfig;
  readonly problems: readonly Problem[];
}

/** The text of all sources, read from the machine once. */
export interface SourceTexts {
  /** Files of each file and folder source that exist, in the order in which they count. */
  readonly files: readonly {
    readonly path: string;
    readonly text: string;
    readonly by: 'release' | 'maker' | 'user';
  }[];
  readonly kernelLine: string;
  readonly metadata: string;
}

export function readSources(system: System): SourceTexts {
  const files = SOURCES.flatMap((source) => {
    if (source.kind !== 'file' && source.kind !== 'folder') return [];
    const paths =
      source.kind === 'file' ? [source.path] : filesIn(system, source.path).map((name) => `${source.path}/${name}`);
    return paths.flatMap((path) => {
      const text = system.readText(path, MAX_BYTES);
      if (text === undefined) return [];
      return [{ path, text: source.by === 'release' ? releaseText(system, text) : text, by: source.by }];
    });
  });
  return {
    files,
    kernelLine: system.readText('/proc/cmdline')?.trim() ?? '',
    metadata: system.readText(METADATA_FILE) ?? '',
  };
}

/** Only the release's own file leaves room for the version. */
export const withVersion = (text: string, version: string): string => text.replaceAll(ROOM, version);

const ROOM = '${VERSION}';

function releaseText(system: System, text: string): string {
  return text.includes(ROOM) ? withVersion(text, runningVersion(system)) : text;
}

/** The configuration that holds on this machine, and all that is wrong with its sources. */
export function loadConfig(system: System): LoadedConfig {
  const texts = readSources(system);
  const known = readBefore(system);
  const loaded = joinSources(texts, known.read);
  known.keep();
  const isWrong = ({ unless }: Problem): boolean => unless === undefined || system.readText(unless) === undefined;
  return { ...loaded, problems: loaded.problems.filter(isWrong) };
}

export function joinSources(
  { files, kernelLine, metadata }: SourceTexts,
  read: Reader = readCloudConfig,
): LoadedConfig {
  const machine = parseMetadata(metadata);
  const filled = fillFiles(files, machine.addresses ?? {});
  const fromFiles = joinFiles(filled.files, read);
  const line = readKernelLine(kernelLine);
  const disabled = at(mergeInto(fromFiles.config as Tree, line.config as Tree), ['rancher', 'disable']);
  const obeyed = (config: CloudConfig) =>
    (Array.isArray(disabled) ? disabled : []).reduce<Tree>(
      (tree, key) => without(tree, ['rancher', String(key)]),
      config as Tree,
    );
  let config = laidOver(fromFiles.config as Tree, obeyed(line.config));
  config = laidOver(config, obeyed(line.afterDashes));
  if (at(config, ['rancher', 'debug']) === true) config = mergeInto(config, DEBUG);
  return {
    config: applyMetadata(config as CloudConfig, machine),
    problems: [...fromFiles.problems, ...filled.problems, ...line.problems],
  };
}

/** `$private_ipv4` and its like in files of users and vendors, as in RancherOS 1. An unknown one is reported once for each file. */
function fillFiles(
  files: SourceTexts['files'],
  addresses: Addresses,
): { readonly files: SourceTexts['files']; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const filled = files.map((file) => {
    if (file.by === 'release') return file;
    const { text, unknown } = fillAddresses(file.text, addresses);
    for (const name of new Set(unknown.map((each) => each.name))) {
      const { line = 1, column = 1 } = unknown.find((each) => each.name === name) ?? {};
      const message = `“$${name}” stays as it stands: no datasource has said this address of the machine.`;
      problems.push({ file: file.path, line, column, path: [], severity: 'warning', message });
    }
    return text === file.text ? file : { ...file, text };
  });
  return { files: filled, problems };
}

const DEBUG: Tree = { rancher: { docker: { debug: true }, system_docker: { debug: true }, log: true } };

const laidOver = (lower: Tree, higher: Tree): Tree => mergeInto(belowOtherImages(lower, higher), higher);

/** The configuration of the files, without the kernel command line and metadata. */
export function joinFiles(files: SourceTexts['files'], reader: Reader = readCloudConfig): LoadedConfig {
  let config: Tree = {};
  let released: Tree = {};
  const problems: Problem[] = [];
  for (const { path, text, by } of files) {
    const read = reader(text, path);
    problems.push(...read.problems);
    // The release's own services go on as it has them: without them there is no machine.
    for (const refused of read.refused ?? [])
      if (at(released, refused) === undefined) config = without(config, refused);
    config = laidOver(config, read.config as Tree);
    if (by === 'release') released = config;
  }
  return { config: config as CloudConfig, problems };
}

/** The hostname: the configured one or the release's default. */
export function hostnameOf(config: CloudConfig): string {
  return config.hostname ?? config.rancher?.defaults?.hostname ?? 'rancher';
}
