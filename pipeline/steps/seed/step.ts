import type { Json } from '../../core/json.ts';
import type { Arch } from '../../core/step.ts';
import { fieldsOf, listOf, maybe, refuse, stringOf } from '../../trees/decode.ts';

/** What System Docker is seeded with. */
export type SeedOptions = {
  readonly arch: Arch;
  /** All layers of the system, from the lowest to the highest. */
  readonly layers: readonly string[];
  readonly images: readonly SeedImage[];
};

export type SeedImage = {
  /** `rancher/os-base`. */
  readonly name: string;
  readonly tag: string;
  /** Some of the layers, from the lowest to the highest. */
  readonly layers: readonly string[];
  /** The `config` of its image configuration, in addition to what every image has: `Cmd`, `Env`, `Labels` and so on. */
  readonly config?: { readonly [name: string]: Json } | undefined;
};

const NAME = /^[a-z0-9]+(?:[._/-][a-z0-9]+)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** Checks a writer's options. Throws `configuration` with a sentence that names the member. */
export function seedOptions(options: Json): SeedOptions {
  const { value } = fieldsOf(options, 'options', ['arch', 'layers', 'images']);
  const arch = stringOf(value['arch'], 'options.arch');
  if (arch !== 'amd64' && arch !== 'arm64') throw refuse('options.arch must be "amd64" or "arm64".');
  const layers = listOf(value['layers'], 'options.layers', stringOf);
  const images = listOf(value['images'], 'options.images', (item, at) => {
    const image = fieldsOf(item, at, ['name', 'tag', 'layers', 'config']).value;
    const checked = {
      name: matching(NAME, image['name'], `${at}.name`),
      tag: matching(TAG, image['tag'], `${at}.tag`),
      layers: listOf(image['layers'], `${at}.layers`, stringOf),
      config: maybe(image['config'], `${at}.config`, configOf),
    };
    const stranger = checked.layers.find((layer) => !layers.includes(layer));
    if (stranger !== undefined)
      throw refuse(`${at} is made of a layer ${stranger}, which options.layers does not name.`);
    if (checked.layers.length === 0) throw refuse(`${at} has no layers.`);
    return checked;
  });
  return { arch, layers, images };
}

function matching(pattern: RegExp, value: Json | undefined, at: string): string {
  const text = stringOf(value, at);
  if (!pattern.test(text)) throw refuse(`${at} is nothing Docker takes: ${JSON.stringify(text)}.`);
  return text;
}

function configOf(value: Json, at: string): { readonly [name: string]: Json } {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw refuse(`${at} must be a mapping.`);
  return value as { readonly [name: string]: Json };
}
