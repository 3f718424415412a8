import type { PagingMode as PagingName } from '../../engine/spec';
import type { Design, DesignOptions } from '../../hypervisor/design';
import { type MachineConfig, type PagingMode, pagingModes, REAL_GEOMETRY } from '../../machine';
import type { ScenarioText } from '../ast';
import type { Num } from '../syntax/leaf';
import { chooseDesign } from './choose';
import type { Findings } from './findings';
import { once } from './once';

/** What the `machine` statements of a text settle. */
export interface Setup {
  readonly design: Design;
  readonly options: DesignOptions;
  /** How the guest's tables are laid out. */
  readonly paging: PagingName;
  /** Paging is on from the start. */
  readonly pages: boolean;
  readonly mode: PagingMode;
  readonly machine: MachineConfig;
  /** EFER.NXE: entries may forbid execution. */
  readonly nx: boolean;
}

const MODES = { 'x86-64': '64', pae: 'pae', '32-bit': '32' } as const;
const MOST_FRAMES = 2 ** 28;
const MOST_VCPUS = 64;

const orOff = (
  f: Findings,
  what: string,
  said: { kind: 'off' } | { kind: 'number'; number: Num } | undefined,
  most: number,
  unsaid: number,
): number => (said === undefined ? unsaid : said.kind === 'off' ? 0 : f.number(what, said.number, 0, most));

/** Settles design and machine; undefined if there is no design to go on with. */
export function settle(
  ast: ScenarioText,
  designs: ReadonlyMap<string, Design>,
  vcpusUsed: number,
  f: Findings,
): Setup | undefined {
  const paging = once(ast, 'paging', f);
  const said = paging?.mode ?? 'x86-64';
  const name = said === 'off' ? '32-bit' : said;
  const guestFrames =
    paging?.frames === undefined ? 64 : f.number('The number of frames', paging.frames, 1, MOST_FRAMES);
  const chosen = chooseDesign(ast, designs, guestFrames, f);
  const vcpus = countVcpus(ast, vcpusUsed, f);
  const nxSaid = once(ast, 'nx', f);
  if (nxSaid?.state === 'on' && name === '32-bit')
    f.error(nxSaid, '32-bit paging has no NX bit. Leave this line out, or use `paging pae`.');
  const geometry = once(ast, 'geometry', f);
  if (geometry?.levels !== undefined && name !== 'x86-64')
    f.error(geometry, 'Levels can be chosen for `paging x86-64` only. Leave them out.');
  const maxphys = once(ast, 'maxphys', f);
  const stamp = stampOf(ast, guestFrames, f);
  const base: Omit<MachineConfig, 'machineFrames'> = {
    ...REAL_GEOMETRY,
    vcpus,
    guestFrames,
    maxPhysicalBits:
      maxphys === undefined
        ? REAL_GEOMETRY.maxPhysicalBits
        : f.number('The number of physical address bits', maxphys.bits, 32, 52),
    pdpe1gb: once(ast, 'gigabytePages', f)?.state !== 'off',
    indexBits:
      geometry === undefined
        ? REAL_GEOMETRY.indexBits
        : f.number('The bits of an index', geometry.bits, 1, 9),
    ...(geometry?.levels === undefined
      ? {}
      : { levels: f.number('The levels of tables', geometry.levels, 2, 4) }),
    tlbEntries: tlbEntries(ast, f),
    storeBufferDepth: orOff(f, 'The depth of a store buffer', once(ast, 'storeBuffers', f)?.depth, 64, 0),
    ...(stamp === undefined ? {} : { stamp }),
  };
  const pool = once(ast, 'pool', f);
  if (chosen === undefined) return undefined;
  const { design, options } = chosen;
  const teaching = design.geometries ?? ['x86-64'];
  if (geometry !== undefined && !teaching.includes(name))
    f.error(
      geometry,
      `Design ${design.name} has no teaching geometry for \`paging ${name}\`. Expected \`paging ${teaching.join('` or `paging ')}\`.`,
    );
  if (geometry?.levels !== undefined && teaching.length === 1)
    f.error(geometry, `Design ${design.name} has tables of all 4 levels. Leave the levels out.`);
  const poolFrames =
    pool === undefined
      ? design.poolFrames(vcpus, guestFrames, options.knobs)
      : f.number('The pool', pool.frames, 0, MOST_FRAMES);
  const guestEnd = options.p2m.reduce((end, { mfn }) => Math.max(end, mfn + 1), guestFrames);
  const machine: MachineConfig = { ...base, machineFrames: guestEnd + poolFrames };
  const refused = design.refuse?.(machine, options, said === 'off' ? 'off' : MODES[name]);
  if (refused !== undefined) {
    f.error(once(ast, 'design', f) ?? { from: 0, to: 0 }, refused);
    return undefined;
  }
  return {
    design,
    options: { ...options, poolFrames },
    paging: name,
    pages: said !== 'off',
    mode: pagingModes(machine)[MODES[name]],
    machine,
    nx: name !== '32-bit' && nxSaid?.state !== 'off',
  };
}

function countVcpus(ast: ScenarioText, used: number, f: Findings): number {
  const said = once(ast, 'vcpus', f);
  if (said === undefined) return Math.max(1, used);
  const count = f.number('The number of vCPUs', said.count, 1, MOST_VCPUS);
  if (used > count)
    f.error(
      said,
      `The text gives vCPU ${used - 1} a program, but there are only ${count} vCPUs. Expected \`vcpus ${used}\` or more.`,
    );
  return Math.max(count, used);
}

function tlbEntries(ast: ScenarioText, f: Findings): number {
  const said = once(ast, 'tlb', f);
  const entries = orOff(f, 'The size of a TLB', said?.entries, 1024, REAL_GEOMETRY.tlbEntries);
  if (said === undefined || entries === 0 || (entries >= 4 && (entries & (entries - 1)) === 0))
    return entries;
  f.error(
    said,
    `A TLB cannot have ${entries} entries. Expected \`off\` or 4, 8, 16, 32, 64 ...: sets of four ways.`,
  );
  return REAL_GEOMETRY.tlbEntries;
}

function stampOf(ast: ScenarioText, guestFrames: number, f: Findings): MachineConfig['stamp'] {
  const said = once(ast, 'stamp', f);
  if (said === undefined) return undefined;
  const firstFrame = f.number('The first stamped frame', said.frame, 0, guestFrames - 1);
  return {
    firstFrame,
    frames: f.number('The number of stamped frames', said.count, 1, guestFrames - firstFrame),
    first: f.number('The first stamp', said.first, 0, 0xffff_ffff) | 0,
    lastByte: said.lastByte === undefined ? 0 : f.number('The last byte', said.lastByte, 0, 255),
  };
}
