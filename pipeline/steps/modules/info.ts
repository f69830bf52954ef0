import { readElf } from '../../formats/elf.ts';
import { inMemory } from '../../formats/random-access.ts';

/** What a kernel module says of itself in `.modinfo`. Names are normalised: `_`, never `-`. */
export interface ModuleInfo {
  /** Modules that must be loaded before. */
  readonly depends: readonly string[];
  /** Modules that should be loaded before or after, where they exist; may be aliases. */
  readonly softDepends: readonly string[];
  /** Files it asks for below `/usr/lib/firmware`. */
  readonly firmware: readonly string[];
}

/** Reads `.modinfo`: NUL-separated `key=value` (linux/include/linux/moduleinfo.h). Throws `wrong-bytes` naming `what`. */
export function moduleInfo(bytes: Uint8Array, what: string): ModuleInfo {
  const section = readElf(inMemory(bytes), what).sections.find(({ name }) => name === '.modinfo');
  const text = section
    ? new TextDecoder('latin1').decode(bytes.subarray(section.offset, section.offset + section.size))
    : '';
  const values = (key: string): string[] =>
    text
      .split('\0')
      .filter((line) => line.startsWith(`${key}=`))
      .map((line) => line.slice(key.length + 1));
  return {
    depends: values('depends')
      .flatMap((list) => list.split(','))
      .filter((name) => name !== '')
      .map(moduleName),
    softDepends: [...values('softdep'), ...values('weakdep')]
      .flatMap((list) => list.split(/\s+/))
      .filter((word) => word !== '' && word !== 'pre:' && word !== 'post:')
      .map(moduleName),
    firmware: values('firmware'),
  };
}

/** One name for a module: the kernel takes `-` and `_` for the same. */
export function moduleName(text: string): string {
  return text.replaceAll('-', '_');
}
