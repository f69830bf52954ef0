import type { YamlFile } from '../config/yaml-file.ts';
import type { Failure } from '../core/failure.ts';
import type { Arch } from '../core/step.ts';
import { type BootMedium, INIT_ARGUMENTS, kernelArguments } from '../shared/kernel-arguments.ts';
import * as messages from './messages.ts';
import type { ProductFile } from './product-file.ts';

const MEDIA: readonly BootMedium[] = ['iso', 'network', 'disk', 'card'];
const ARCHES: readonly Arch[] = ['amd64', 'arm64'];
/** May stand several times: each names one more. */
const REPEATABLE: ReadonlySet<string> = new Set(['console', 'rancher.autologin']);
/** What boot loaders write themselves, beside what `/init` is told. */
const OF_LOADERS = ['BOOT_IMAGE', 'initrd', '--'];
/** Linux takes 2048 characters on amd64 and arm64 alike; what media, disks and targets add needs its room. */
const MOST = 1024;

/** Mistakes in the kernel arguments of a product: words that some boot loader would change, and those that every start has anyway. */
export function kernelWordMistakes({ data, place }: YamlFile<ProductFile>): readonly Failure[] {
  const words = data.kernelArguments ?? [];
  const own = MEDIA.flatMap((medium) => ARCHES.flatMap((arch) => kernelArguments(medium, arch).split(' ')));
  const names = new Set([...own.map(nameOf).filter((name) => !REPEATABLE.has(name)), ...INIT_ARGUMENTS, ...OF_LOADERS]);
  const failures = words.flatMap((word, index): readonly Failure[] => {
    const at = place(['kernelArguments', index]);
    // GRUB and iPXE read quotes, backslashes, ${ and blanks themselves.
    if (!/^[\x21-\x7e]+$/.test(word) || /["'\\`]|\$\{/.test(word)) return [messages.kernelWordUnfit(at, word)];
    if (names.has(nameOf(word)) || own.includes(word)) return [messages.kernelWordOurs(at, word)];
    return [];
  });
  const { length } = words.join(' ');
  return length > MOST
    ? [...failures, messages.kernelWordsTooLong(place(['kernelArguments']), length, MOST)]
    : failures;
}

function nameOf(word: string): string {
  return word.split('=')[0] ?? word;
}
