import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { OS_CONFIG_FILE } from '../../overlays/ros/config/sources.ts';
import { hasPackages } from '../pins/product-pins.ts';
import type { Product } from '../product/product.ts';
import { withServices } from '../product/services.ts';
import type { ProductParts } from '../recipes/context.ts';

/** What of a project targets build from. */
export async function partsOfProduct(product: Product, projectFolder: string): Promise<ProductParts> {
  const { file, overlays, services } = product;
  return {
    name: file.data.name,
    overlays,
    kernelArguments: (file.data.kernelArguments ?? []).join(' '),
    configuration: services.length === 0 ? undefined : withServices(await configurationText(projectFolder), services),
    hasPackages: hasPackages(product),
  };
}

/** What the release configures, with its services. */
export function configurationText(projectFolder: string): Promise<string> {
  return readFile(path.join(projectFolder, 'overlays/system', OS_CONFIG_FILE), 'utf8');
}
