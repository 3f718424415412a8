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
  guestFrames: number,
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
    options: {
      profile,
      switches,
      p2m: p2mOf(ast, guestFrames, f),
      poolFrames: 0,
      knobs: knobsOf(ast, design, f),
    },
  };
}

function profileOf(ast: ScenarioText, design: Design, f: Findings): string {
  const said = once(ast, 'profile', f);
  const names = design.profiles.map((p) => p.name);
  if (said !== undefined && f.known(`a profile of ${design.name}`, said.profile, names))
    return said.profile.text;
  return names[0] ?? '';
}

function knobsOf(ast: ScenarioText, design: Design, f: Findings): Record<string, number> {
  const names = (design.knobs ?? []).map(({ name }) => name);
  const knobs: Record<string, number> = {};
  for (const item of ast.items)
    if (item.kind === 'knob' && f.known(`a knob of ${design.name}`, item.name, names))
      knobs[item.name.text] = f.number(`\`${item.name.text}\``, item.value, 0, 0x7fff_ffff);
  return knobs;
}

/** Types by Xen's names, and the short ones. */
const P2M_TYPES: Readonly<Record<string, string>> = {
  ram: 'ram_rw',
  ro: 'ram_ro',
  mmio: 'mmio_dm',
  ram_rw: 'ram_rw',
  ram_ro: 'ram_ro',
  mmio_dm: 'mmio_dm',
  mmio_direct: 'mmio_direct',
  invalid: 'invalid',
};

function typeOf(said: Name | undefined, f: Findings): string {
  if (said === undefined) return 'ram_rw';
  f.known('a type of guest frame', said, Object.keys(P2M_TYPES));
  return P2M_TYPES[said.text] ?? 'ram_rw';
}

function p2mOf(ast: ScenarioText, guestFrames: number, f: Findings): DesignOptions['p2m'] {
  const lines = ast.items.filter((item): item is StatementOf<'p2m'> => item.kind === 'p2m');
  const seen = new Set<number>();
  const mfns = new Set<number>();
  return lines.map((line) => {
    const gfn = f.number('A guest frame', line.gfn, 0, MOST_MFN);
    if (seen.has(gfn))
      f.error(line.gfn, `Guest frame 0x${gfn.toString(16)} has two p2m lines. Leave one of the two out.`);
    seen.add(gfn);
    if (line.mfn === undefined && line.type === undefined)
      f.error(line, 'This line says nothing. Expected `-> FRAME` or a type such as `mmio`.');
    const type = typeOf(line.type, f);
    // An emulated device has no memory behind it.
    if (line.mfn === undefined)
      return { gfn, mfn: type === 'mmio_dm' || type === 'invalid' ? -1 : gfn, type };
    // Frames beyond the guest's are the hypervisor's own.
    const mfn = f.number('A machine frame of the guest', line.mfn, 0, guestFrames - 1);
    if (mfns.has(mfn))
      f.error(
        line.mfn,
        `Machine frame 0x${mfn.toString(16)} is given to two guest frames. Expected one of its own for each.`,
      );
    mfns.add(mfn);
    return { gfn, mfn, type };
  });
}
