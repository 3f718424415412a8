import { parse } from './parse';

/**
 * The texts of scenario files as a module: what works alike in the page, in tests and on the command line. What the list of a
 * library shows is taken out here, so that showing it needs no parser.
 */
export function libraryModule(files: readonly { readonly id: string; readonly text: string }[]): string {
  const entries = files.map(({ id, text }) => {
    const items = parse(text).ast.items;
    const title = items.find((item) => item.kind === 'scenario')?.title ?? id;
    const about = items.find((item) => item.kind === 'about')?.words ?? '';
    const topic = items.find((item) => item.kind === 'topic')?.words ?? '';
    const level = items.find((item) => item.kind === 'level')?.level ?? '';
    const design = items.find((item) => item.kind === 'design');
    const said = items.find((item) => item.kind === 'violates')?.what;
    const violates = said?.kind === 'some' ? said.names.map((name) => name.text) : [];
    const without = (design?.without ?? []).map((name) => name.text);
    const shown = { title, topic, level, about, design: design?.design.text ?? '', without, violates };
    return `  ${JSON.stringify(id)}: ${JSON.stringify({ ...shown, text })},`;
  });
  return `// Made by \`npm run library\` from the scenario files beside it. Do not edit.\nexport const TEXTS = {\n${entries.join('\n')}\n} as const;\n`;
}
