/** esbuild's words about one source. */
interface BundledInput {
  readonly imports: readonly { readonly path: string }[];
}

export function testFiles(projectFolder: string, folders: readonly string[]): string[];
export function bundleTests(projectFolder: string, files: readonly string[]): Promise<{ bundles: Map<string, string>; inputs: Record<string, BundledInput> }>;
export function sourcesDigest(projectFolder: string, inputs: Readonly<Record<string, BundledInput>>, source: string, matching?: RegExp): string;
