import type { Failure } from '../../core/failure.ts';
import type { Arch } from '../../core/step.ts';
import { type ElfFile, isElf, readElf } from '../../formats/elf.ts';
import { parentOf } from '../../formats/member-path.ts';
import { slice } from '../../formats/random-access.ts';
import type { Node } from '../../trees/node.ts';
import * as messages from './messages.ts';
import { followed } from './stack.ts';

/** What was found out about the programs and libraries of a tree. */
export interface ProgramCheck {
  readonly problems: readonly Failure[];
  /** Programs and libraries that were read. */
  readonly elfFiles: number;
  readonly scripts: number;
}

const MACHINES: {
  readonly [arch in Arch]: { readonly machine: number; readonly bits: 32 | 64; readonly triplet: string };
} = {
  amd64: { machine: 62, bits: 64, triplet: 'x86_64-linux-gnu' },
  arm64: { machine: 183, bits: 64, triplet: 'aarch64-linux-gnu' },
};

/** Kernel modules and object files: nothing loads them by name. */
const RELOCATABLE = 1;
const SHEBANG_LIMIT = 256;
const ENV = new Set(['usr/bin/env', 'bin/env']);
const PATH_FOLDERS = ['usr/bin', 'usr/sbin', 'usr/local/bin', 'usr/local/sbin'] as const;

/**
 * Proves that every program can start: its interpreter is there, and every library that it or its libraries need is found where the
 * dynamic loader looks without a cache (ld.so(8) and Debian's multiarch: RPATH or RUNPATH with $ORIGIN, `/usr/lib/<triplet>`,
 * `/usr/lib`). So no `ldconfig` has to run.
 */
export function checkPrograms(nodes: ReadonlyMap<string, Node>, arch: Arch): ProgramCheck {
  const { machine, bits, triplet } = MACHINES[arch];
  const problems: Failure[] = [];
  let elfFiles = 0;
  let scripts = 0;
  /** Scripts by the interpreter that is missing. */
  const orphans = new Map<string, Node[]>();
  const elfs = new Map<Node['content'], ElfFile>();
  const elfOf = (node: Node): ElfFile | undefined => {
    const { content } = node;
    if (!content) return undefined;
    const known = elfs.get(content);
    if (known) return known;
    const bytes = slice(content.source, content.offset, content.size);
    if (!isElf(bytes)) return undefined;
    const elf = readElf(bytes, `/${node.path} of ${node.owner}`);
    elfs.set(content, elf);
    return elf;
  };
  const defaults = [`usr/lib/${triplet}`, 'usr/lib'];
  const finds = (name: string, folders: readonly string[]): boolean =>
    folders.some((folder) => {
      const library = followed(nodes, `${folder}/${name}`);
      const elf = library ? elfOf(library) : undefined;
      return elf?.machine === machine && elf.bits === bits;
    });
  const checkElf = (node: Node, elf: ElfFile): void => {
    if (elf.machine !== machine || elf.bits !== bits) {
      problems.push(messages.programOfOtherMachine(node, elf));
      return;
    }
    const folders = [...elf.searchPath.map((folder) => expand(folder, { node, triplet })), ...defaults];
    const missing = elf.needed.filter((name) => !(name.includes('/') ? followed(nodes, name) : finds(name, folders)));
    if (missing.length > 0) problems.push(messages.librariesMissing(node, missing));
    if (elf.interpreter !== undefined && !followed(nodes, elf.interpreter)) {
      problems.push(messages.loaderMissing(node, elf.interpreter));
    }
  };
  const checkScript = (node: Node): void => {
    const interpreters = interpretersOf(node);
    if (interpreters.length === 0) return;
    scripts += 1;
    const missing = interpreters.find((places) => places.every((path) => !followed(nodes, path)));
    if (missing) orphans.set(missing[0], [...(orphans.get(missing[0]) ?? []), node]);
  };
  for (const node of nodes.values()) {
    if (node.type !== 'file') continue;
    const elf = elfOf(node);
    if (!elf) checkScript(node);
    else if (elf.type !== RELOCATABLE) {
      elfFiles += 1;
      checkElf(node, elf);
    }
  }
  for (const [interpreter, lost] of orphans) {
    problems.push(messages.interpreterMissing(interpreter, lost));
  }
  return { problems, elfFiles, scripts };
}

/** `$ORIGIN`, `$LIB` and `$PLATFORM`-free folders of RPATH and RUNPATH as paths of the tree. */
function expand(folder: string, { node, triplet }: { readonly node: Node; readonly triplet: string }): string {
  const expanded = folder
    .replace(/\$\{?ORIGIN\}?/g, `/${parentOf(node.path)}`)
    .replace(/\$\{?LIB\}?/g, `lib/${triplet}`);
  const parts: string[] = [];
  for (const part of expanded.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** What an executable script is run by: for each program the places where it may be, the likeliest first. */
function interpretersOf(node: Node): readonly (readonly [string, ...string[]])[] {
  if (!node.content || (node.mode & 0o111) === 0) return [];
  const { source, offset, size } = node.content;
  const [line = ''] = new TextDecoder('latin1').decode(source.read(offset, Math.min(size, SHEBANG_LIMIT))).split('\n');
  const words = /^#!\s*(\S+)(?:\s+(.*\S))?\s*$/.exec(line);
  const program = words?.[1];
  if (program === undefined) return [];
  const path = program.replace(/^\/+/, '');
  const argument = words?.[2]?.replace(/^-S\s*/, '').split(/\s+/)[0];
  if (!ENV.has(path) || argument === undefined) return [[path]];
  if (argument.startsWith('/')) return [[path], [argument.replace(/^\/+/, '')]];
  const [first, ...others] = PATH_FOLDERS;
  return [[path], [`${first}/${argument}`, ...others.map((folder) => `${folder}/${argument}`)]];
}
