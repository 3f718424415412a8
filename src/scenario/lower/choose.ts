import type { Design, DesignOptions } from '../../hypervisor/design';
import type { ScenarioText, StatementOf } from '../ast';
import type { Name } from '../syntax/leaf';
import type { Findings } from './findings';
import { once } from './once';

const MOST_MFN = 2 ** 28;

/** The design a text names, with profile, switches, knobs and p2m. The pool is settled later. */
export function chooseDesign(
  ast: ScenarioText,
  designs: ReadonlyMap<string, Design>,
  f: Findings,
): { readonly design: Design; readonly options: DesignOptions } | undefined {
  const said = once(ast, 'design', f);
  if (said === undefined) {
    f.error(
      { from: 0, to: 0 },
      `The scenario names no design. Expected a line such as \`design ${[...designs.keys()][0] ?? 'native'}\`.`,
    );
    return undefined;
  }
  const design = designs.get(said.design.text);
  if (design === undefined) {
    f.known('a design', said.design, [...designs.keys()]);
    return undefined;
  }
  const profile = profileOf(ast, design, f);
  const switches: Record<string, boolean> = Object.fromEntries(
    design.switches.map((s) => [s.name, s.default]),
  );
  Object.assign(switches, design.profiles.find((p) => p.name === profile)?.switches);
  const names = design.switches.map((s) => s.name);
  const change = (list: readonly Name[] | undefined, on: boolean): void => {
    for (const name of list ?? [])
      if (f.known(`a switch of ${design.name}`, name, names)) switches[name.text] = on;
  };
  change(said.with, true);
  change(said.without, false);
  for (const name of said.with ?? []) {
    if (said.without?.some((other) => other.text === name.text))
      f.error(name, `\`${name.text}\` is both with and without. Leave one of the two out.`);
  }
  return {
    design,
    options: { profile, switches, p2m: p2mOf(ast, f), poolFrames: 0, knobs: knobsOf(ast, f) },
  };
}

function profileOf(ast: ScenarioText, design: Design, f: Findings): string {
  const said = once(ast, 'profile', f);
  const names = design.profiles.map((p) => p.name);
  if (said !== undefined && f.known(`a profile of ${design.name}`, said.profile, names))
    return said.profile.text;
  return names[0] ?? '';
}

function knobsOf(ast: ScenarioText, f: Findings): Record<string, number> {
  const knobs: Record<string, number> = {};
  for (const item of ast.items)
    if (item.kind === 'knob')
      knobs[item.name.text] = f.number(`\`${item.name.text}\``, item.value, 0, 0x7fff_ffff);
  return knobs;
}

function p2mOf(ast: ScenarioText, f: Findings): DesignOptions['p2m'] {
  const lines = ast.items.filter((item): item is StatementOf<'p2m'> => item.kind === 'p2m');
  const seen = new Set<number>();
  return lines.map((line) => {
    const gfn = f.number('A guest frame', line.gfn, 0, MOST_MFN);
    if (seen.has(gfn))
      f.error(line.gfn, `Guest frame 0x${gfn.toString(16)} has two p2m lines. Leave one of the two out.`);
    seen.add(gfn);
    if (line.mfn === undefined && line.type === undefined)
      f.error(line, 'This line says nothing. Expected `-> FRAME` or a type such as `mmio`.');
    const mfn = line.mfn === undefined ? gfn : f.number('A machine frame', line.mfn, 0, MOST_MFN);
    return { gfn, mfn, type: line.type?.text ?? 'ram' };
  });
}
