import { fail, ok, type Result } from '../base';
import type { Design } from '../hypervisor';
import { designs } from '../hypervisor';
import type { Layout } from './guest/layout';
import { keepsTables } from './guest/paravirt';
import { workloads } from './workloads/registry';
import type { Values } from './workloads/workload';

/** What a run of the lab is: everything in it follows from this, and from nothing else. */
export interface LabConfig {
  readonly workload: string;
  /** The workload's parameters, all of them. */
  readonly values: Values;
  readonly design: string;
  /** Empty: the design's first. */
  readonly profile: string;
  /** Switches that are other than the profile has them. */
  readonly switches: Readonly<Record<string, boolean>>;
  readonly paging: Layout['paging'];
  readonly vcpus: number;
  /** Guest memory in frames of 4 KiB. */
  readonly frames: number;
  /** Entries of each TLB. */
  readonly tlb: number;
  readonly seed: number;
  /** Accesses of the guest's programs and kernel in all. */
  readonly accesses: number;
}

export const LIMITS = {
  vcpus: { min: 1, max: 4 },
  frames: { min: 512, max: 65_536 },
  seed: { min: 0, max: 0xffff_ffff },
  accesses: { min: 1000, max: 100_000_000 },
} as const;

export const TLB_SIZES = [0, 16, 32, 64, 128, 256, 512, 1024] as const;
export const PAGINGS = ['x86-64', 'pae', '32-bit'] as const;

/** Designs that workloads run on. In all but the last the guest's kernel stores to its tables as on bare hardware. */
export const LAB_DESIGNS = ['native', 'xen', 'xi', 'kvm', 'nested', 'paravirt'] as const;

/** Workloads that give no table back before they end. */
const KEEPING = ['switch', 'mprotect', 'compute'];

/** What the paravirtual design cannot do in the lab. */
function refuseParavirt(c: LabConfig): readonly string[] {
  if (c.design !== 'paravirt') return [];
  const over = keepsTables(c.profile);
  return [
    ...(c.vcpus === 1
      ? []
      : [`The number of vCPUs is ${c.vcpus}. Expected 1: the paravirtual design knows one process.`]),
    ...(c.workload === 'migrate'
      ? [
          'The workload is `migrate`, but the paravirtual design keeps no log of what is written. Expected another.',
        ]
      : []),
    ...(over && !KEEPING.includes(c.workload)
      ? [
          `The workload is \`${c.workload}\`, which gives tables back. Over a shadow (profile ${c.profile}) the paravirtual design has no call for that. Expected one of: ${KEEPING.join(', ')}, or a profile without a shadow.`,
        ]
      : []),
    ...(over && c.paging !== 'x86-64'
      ? [`The paging mode is ${c.paging}. Expected x86-64: profile ${c.profile} has shadows of 4 levels.`]
      : []),
  ];
}

/** What a workload's parameters are if nobody says otherwise. */
export const usualValues = (workload: string): Values =>
  Object.fromEntries((workloads.get(workload)?.parameters ?? []).map(({ name, usual }) => [name, usual]));

/** A run to begin with. */
export const usualConfig = (workload = 'compile', design = 'xen'): LabConfig => ({
  workload,
  values: usualValues(workload),
  design,
  profile: '',
  switches: {},
  paging: 'x86-64',
  vcpus: 1,
  frames: 4096,
  tlb: 64,
  seed: 1,
  accesses: 1_000_000,
});

/** The switches of a design as a configuration starts out: the defaults, or what the profile makes of them. */
export function switchesOf(design: Design, profile: string): Readonly<Record<string, boolean>> {
  const plain = Object.fromEntries(design.switches.map((s) => [s.name, s.default]));
  const row = design.profiles.find((p) => p.name === profile) ?? design.profiles[0];
  return { ...plain, ...row?.switches };
}

const oneOf = (what: string, given: string, known: readonly string[]): string | undefined =>
  known.includes(given) ? undefined : `${what} is \`${given}\`. Expected one of: ${known.join(', ')}.`;

const within = (
  what: string,
  given: number,
  { min, max }: { readonly min: number; readonly max: number },
): string | undefined =>
  Number.isInteger(given) && given >= min && given <= max
    ? undefined
    : `${what} is ${given}. Expected a whole number from ${min} to ${max}.`;

/** A configuration that can be run, or all that is wrong with it, in sentences. */
export function checkConfig(c: LabConfig): Result<LabConfig, readonly string[]> {
  const workload = workloads.get(c.workload);
  const design = designs.get(c.design);
  const wrong = [
    oneOf('The workload', c.workload, [...workloads.keys()]),
    oneOf('The design', c.design, LAB_DESIGNS),
    oneOf('The paging mode', c.paging, PAGINGS),
    oneOf('The size of the TLB', String(c.tlb), TLB_SIZES.map(String)),
    within('The number of vCPUs', c.vcpus, LIMITS.vcpus),
    within('The number of guest frames', c.frames, LIMITS.frames),
    within('The seed', c.seed, LIMITS.seed),
    within('The number of accesses', c.accesses, LIMITS.accesses),
    ...(workload?.parameters ?? []).map(({ name, min, max }) =>
      within(`The parameter ${name}`, c.values[name] ?? Number.NaN, { min, max }),
    ),
    ...Object.keys(c.values).map((name) =>
      workload === undefined || workload.parameters.some((p) => p.name === name)
        ? undefined
        : `The workload ${c.workload} has no parameter \`${name}\`. It has: ${workload.parameters.map((p) => p.name).join(', ')}.`,
    ),
    ...(design === undefined || c.profile === ''
      ? []
      : [
          oneOf(
            `The profile of ${c.design}`,
            c.profile,
            design.profiles.map((p) => p.name),
          ),
        ]),
    ...Object.keys(c.switches).map((name) =>
      design === undefined
        ? undefined
        : oneOf(
            `A switch of ${c.design}`,
            name,
            design.switches.map((s) => s.name),
          ),
    ),
    ...refuseParavirt(c),
  ].flatMap((sentence) => sentence ?? []);
  return wrong.length === 0 ? ok(c) : fail(wrong);
}
