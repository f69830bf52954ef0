import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isMap, parseDocument } from 'yaml';
import { readCloudConfig } from '../../overlays/ros/config/read.ts';
import { cloudConfigMistake } from '../config/messages.ts';
import { definitionsOfFile, type OverlayDirectory, type ServiceDefinition } from '../config/service-definitions.ts';
import type { YamlFile } from '../config/yaml-file.ts';
import { BuildError, type Failure } from '../core/failure.ts';
import * as messages from './messages.ts';
import type { ProductFile } from './product-file.ts';

/** What stands in front of a service in a cloud-config, and by how much that moves its places. */
const BEFORE = ['rancher:', '  services:'];
const INDENT = '    ';

/**
 * The system services of a project: mappings of names to definitions in Compose's first format, each file checked by the machine's schema.
 * Throws a BuildError with all mistakes of their form.
 */
export async function readServices(
  { folder, shownAs }: OverlayDirectory,
  { data, place }: YamlFile<ProductFile>,
  scriptsIn: readonly OverlayDirectory[],
): Promise<readonly ServiceDefinition[]> {
  const failures: Failure[] = [];
  const found: ServiceDefinition[] = [];
  for (const [index, written] of (data.services ?? []).entries()) {
    const file = path.join(folder, written);
    const named = path.join(shownAs, written);
    if (!existsSync(file)) {
      failures.push(messages.noServiceFile(place(['services', index]), written));
      continue;
    }
    const definitions = await definitionsOfFile({ file, shownAs: named, keys: [], overlay: 'system', scriptsIn });
    failures.push(...mistakesOf(await readFile(file, 'utf8'), named));
    found.push(...definitions);
  }
  const [first, ...rest] = failures;
  if (first) throw new BuildError([first, ...rest]);
  return found;
}

/** What a machine would say of the services, with the places of their own file. */
function mistakesOf(text: string, shownAs: string): readonly Failure[] {
  const lines = text.split('\n').map((line) => (line.trim() === '' || line === '---' ? '' : `${INDENT}${line}`));
  return readCloudConfig([...BEFORE, ...lines].join('\n'), shownAs).problems.map((problem) =>
    cloudConfigMistake(
      {
        file: shownAs,
        line: Math.max(1, problem.line - BEFORE.length),
        column: Math.max(1, problem.column - INDENT.length),
      },
      problem,
    ),
  );
}

/** The release's configuration with the services of a project behind its own; the rest of the text stays as it is. */
export function withServices(configuration: string, definitions: readonly ServiceDefinition[]): string {
  const document = parseDocument(configuration);
  const services = document.getIn(['rancher', 'services']);
  if (!isMap(services)) throw new RangeError('the configuration of the release has no services');
  for (const { name, service } of definitions) services.set(name, document.createNode(service));
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
