/** The part of a chunk in the build's manifest that matters here. */
export interface ManifestChunk {
  readonly file: string;
  readonly isEntry?: boolean;
  /** Keys of chunks fetched together with this one. */
  readonly imports?: readonly string[];
  /** Keys of chunks fetched when first needed. */
  readonly dynamicImports?: readonly string[];
}

export type Manifest = Readonly<Record<string, ManifestChunk>>;

/**
 * The JavaScript that a first visit fetches before anything is on stage: the page's entry and what it imports
 * statically, to any depth. Chunks behind `import()` are not in it. Paths as in the manifest, in order of discovery.
 */
export function firstLoad(manifest: Manifest): string[] {
  const seen = new Set<string>();
  const visit = (key: string): void => {
    if (seen.has(key)) return;
    const chunk = manifest[key];
    if (chunk === undefined)
      throw new Error(`The build's manifest names "${key}" but does not hold it. Build again.`);
    seen.add(key);
    chunk.imports?.forEach(visit);
  };
  const entries = Object.keys(manifest).filter(
    (key) => manifest[key]?.isEntry === true && key.endsWith('.html'),
  );
  if (entries.length === 0)
    throw new Error('The build’s manifest holds no page. Build again with "npm run build".');
  entries.forEach(visit);
  return [...seen].map((key) => manifest[key]?.file ?? '').filter((file) => file.endsWith('.js'));
}
