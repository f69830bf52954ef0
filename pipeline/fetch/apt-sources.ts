import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { compareCodeUnits } from '../core/json.ts';

/**
 * Base addresses that a host's apt uses for binary packages, in the order of its files, without repeats and without a
 * trailing slash. Only http and https: other methods (`file`, `cdrom`, `mirror+…`) are apt's own business. No folder, no addresses.
 */
export async function readAptSources(aptFolder: string): Promise<readonly string[]> {
  const folder = path.join(aptFolder, 'sources.list.d');
  const names = (await readdir(folder).catch(() => [])).sort(compareCodeUnits);
  const files = [path.join(aptFolder, 'sources.list'), ...names.map((name) => path.join(folder, name))];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const addresses = files.flatMap((file, index) => {
    const text = texts[index] ?? '';
    if (file.endsWith('.sources')) return parseDeb822Sources(text);
    return file.endsWith('.list') ? parseListSources(text) : [];
  });
  return [
    ...new Set(
      addresses
        .filter((address) => /^https?:\/\//.test(address) && URL.canParse(address))
        .map((address) => address.replace(/\/+$/, '')),
    ),
  ];
}

/** The one-line format: `deb [ options ] uri suite component…`. */
export function parseListSources(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)/.exec(line.replace(/#.*/, ''));
    return match?.[1] ?? [];
  });
}

/** The deb822 format: paragraphs with `Types`, `URIs`, perhaps `Enabled: no`. Comment lines may stand inside a field. */
export function parseDeb822Sources(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  return lines
    .join('\n')
    .split(/\n[ \t]*\n/)
    .flatMap((paragraph) => {
      const fields = new Map<string, string>();
      let current = '';
      for (const line of paragraph.split('\n')) {
        const start = /^([A-Za-z-]+):(.*)$/.exec(line);
        if (start) current = (start[1] ?? '').toLowerCase();
        if (current !== '') fields.set(current, `${fields.get(current) ?? ''} ${start ? (start[2] ?? '') : line}`);
      }
      const words = (field: string): readonly string[] =>
        (fields.get(field) ?? '').split(/\s+/).filter((word) => word !== '');
      const disabled = ['no', 'false', 'off', '0'].includes(words('enabled')[0]?.toLowerCase() ?? '');
      return disabled || !words('types').includes('deb') ? [] : words('uris');
    });
}
