/**
 * Which folder of `src/` may import what. Imports go up this list only. The table is data so that one test can hold it
 * (`src/layers.test.ts`), and so that a reader sees the whole architecture at a glance.
 */
export interface Layer {
  /** Folders, or single modules (`hypervisor/design`), that this folder may import; itself always. */
  readonly may: readonly string[];
  /** Folders from which only types may be taken. */
  readonly types?: readonly string[];
  /** Packages that this folder may import (`d3-*` stands for a family); `any` lifts the limit. */
  readonly packages: readonly string[] | 'any';
  /** Its subfolders may not import each other. */
  readonly apart?: boolean;
}

const CORE = [
  ...['base', 'kernel', 'machine', 'hypervisor', 'engine', 'checker', 'scenario', 'library', 'permalink'],
  ...['oracle', 'trace', 'lab', 'teach', 'homework'],
] as const;

/** The core folders above `name` in the list, in the list's order. */
const coreBefore = (name: (typeof CORE)[number]): readonly string[] => CORE.slice(0, CORE.indexOf(name));

export const LAYERS = {
  base: { may: [], packages: [] },
  kernel: { may: ['base'], packages: [] },
  machine: { may: ['base', 'kernel'], packages: [] },
  hypervisor: { may: ['base', 'kernel', 'machine'], packages: [] },
  // A run knows designs only by their interface.
  engine: {
    may: ['base', 'kernel', 'machine', 'hypervisor/index', 'hypervisor/design', 'hypervisor/registry'],
    packages: [],
  },
  checker: { may: coreBefore('checker'), packages: [] },
  scenario: { may: coreBefore('scenario'), packages: ['@lezer/common', '@lezer/lr', '@lezer/highlight'] },
  library: { may: [], packages: [] },
  permalink: { may: ['base', 'kernel', 'engine', 'scenario'], packages: ['fflate', 'valibot'] },
  oracle: { may: coreBefore('oracle'), packages: ['valibot'] },
  trace: { may: coreBefore('trace'), packages: ['fflate'] },
  lab: { may: coreBefore('lab'), packages: [] },
  teach: { may: coreBefore('teach'), packages: ['valibot'] },
  homework: { may: coreBefore('homework'), packages: [] },
  session: { may: CORE, packages: ['zustand/*', 'valibot', 'fflate', 'virtual:*'] },
  views: { may: CORE, packages: ['d3-*'] },
  ui: { may: ['base'], packages: 'any' },
  panels: { may: ['session', 'views', 'ui', 'base'], types: CORE, packages: 'any', apart: true },
  editor: { may: ['scenario', 'session', 'ui', 'base'], packages: 'any' },
  // A page of its own shows what its own core folder knows, and may borrow panels of the stage.
  pages: {
    may: [
      'base',
      'session',
      'views',
      'ui',
      'panels',
      'editor',
      'oracle',
      'trace',
      'lab',
      'teach',
      'homework',
    ],
    types: CORE,
    packages: 'any',
    apart: true,
  },
  app: {
    may: [...CORE, 'session', 'views', 'ui', 'panels', 'editor', 'pages'],
    packages: 'any',
  },
  cli: { may: CORE, packages: 'any' },
  // Benches that measure the built page find their browser and their bundle the way the tests do.
  bench: {
    may: [...CORE, 'views', 'ui', 'panels/stage', 'session/racing/explorer', 'cli/browser', 'cli/firstLoad'],
    packages: 'any',
  },
  // Imported by tests only.
  testing: { may: [...CORE, 'session', 'views'], packages: 'any' },
} satisfies Record<string, Layer>;

/** Folders that run in a page, a worker and a terminal alike: no DOM, no clock, no node. */
export const PURE: readonly string[] = [...CORE, 'views'];

/** One import as written: where it points, and whether only types are taken. */
export interface Import {
  /** `machine/walk` for a file of ours (relative to `src/`, no extension), `zustand/vanilla` for a package. */
  readonly target: string;
  readonly kind: 'own' | 'package';
  readonly typeOnly: boolean;
}

/** `file` is relative to `src/`, with its extension. */
export interface SourceFile {
  readonly file: string;
  readonly imports: readonly Import[];
}

const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file);

const names = (patterns: readonly string[], target: string): boolean =>
  patterns.some((pattern) =>
    pattern.endsWith('*')
      ? target.startsWith(pattern.slice(0, -1))
      : target === pattern || target.startsWith(`${pattern}/`),
  );

/** What a file may import without asking: its folder, or its subfolder where the subfolders are kept apart. */
function home(file: string, layer: Layer): string {
  const [folder = '', ...rest] = file.split('/');
  return layer.apart === true && rest.length > 1 ? `${folder}/${rest[0]}` : folder;
}

function forbidden(file: string, layer: Layer, { kind, target, typeOnly }: Import): boolean {
  const test = isTest(file);
  if (kind === 'package') return !test && layer.packages !== 'any' && !names(layer.packages, target);
  const extra = test ? ['testing'] : [];
  const types = typeOnly ? (layer.types ?? []) : [];
  return !names([home(file, layer), ...layer.may, ...extra, ...types], target);
}

/** Every import the table forbids, as sentences; empty when the layering holds. */
export function violations(files: readonly SourceFile[]): string[] {
  const table: Readonly<Record<string, Layer>> = LAYERS;
  return files.flatMap(({ file, imports }) => {
    const folder = file.split('/')[0] ?? '';
    // A test at the root of `src/` is about the whole of it.
    if (folder === file && isTest(file)) return [];
    const layer = table[folder];
    if (layer === undefined) {
      return [
        `src/${file}: the folder "${folder}" is not in the layer table. Add a row to src/testing/layers.ts or move the file.`,
      ];
    }
    return imports
      .filter((one) => forbidden(file, layer, one))
      .map(({ kind, target, typeOnly }) => {
        const may =
          kind === 'package'
            ? layer.packages
            : [...layer.may, ...(layer.types ?? []).map((name) => `type ${name}`)];
        const allowed = may.length === 0 ? 'nothing' : Array.isArray(may) ? may.join(', ') : may;
        return `src/${file}: imports ${typeOnly ? 'types of ' : ''}"${target}", but "${folder}" may import ${allowed}. Move the shared part to a lower folder.`;
      });
  });
}
