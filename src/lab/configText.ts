import { decodedUri, fail, ok, type Result } from '../base';
import { designs } from '../hypervisor';
import { checkConfig, type LabConfig, PAGINGS, switchesOf, usualConfig } from './config';
import { workloads } from './workloads/registry';

/** What a configuration is written with: names, and what they are given. Beside these, the workload's own parameters. */
const NUMBERS = ['vcpus', 'frames', 'tlb', 'seed', 'accesses'] as const;
const WORDS = ['workload', 'design', 'profile', 'paging', 'with', 'without'] as const;

export type Pairs = ReadonlyMap<string, string>;

const isNumberKey = (key: string): key is (typeof NUMBERS)[number] =>
  (NUMBERS as readonly string[]).includes(key);
const isWordKey = (key: string): key is (typeof WORDS)[number] => (WORDS as readonly string[]).includes(key);

const list = (text: string | undefined): string[] => (text ?? '').split(',').filter((name) => name !== '');

/** A configuration from names and values as somebody wrote them; what is not said is as usual. Or all that is wrong, in sentences. */
export function configOf(pairs: Pairs): Result<LabConfig, readonly string[]> {
  const workload = pairs.get('workload') ?? 'compile';
  const usual = usualConfig(workload, pairs.get('design') ?? 'xen');
  const parameters = workloads.get(workload)?.parameters ?? [];
  const wrong: string[] = [];
  const values: Record<string, number> = { ...usual.values };
  const numbers: Partial<Record<(typeof NUMBERS)[number], number>> = {};
  for (const [key, text] of pairs) {
    if (isWordKey(key)) continue;
    const parameter = parameters.some(({ name }) => name === key);
    if (!parameter && !isNumberKey(key)) {
      const known = [...WORDS, ...NUMBERS, ...parameters.map(({ name }) => name)].join(', ');
      wrong.push(
        `There is nothing called \`${key}\` in the workload ${workload}. Expected one of: ${known}.`,
      );
      continue;
    }
    const plain = text.replaceAll('_', '');
    if (!/^\d+$/.test(plain))
      wrong.push(`${key} is \`${text}\`. Expected a whole number, such as ${key} 64.`);
    else if (isNumberKey(key)) numbers[key] = Number(plain);
    else values[key] = Number(plain);
  }
  const switches = Object.fromEntries([
    ...list(pairs.get('with')).map((name) => [name, true] as const),
    ...list(pairs.get('without')).map((name) => [name, false] as const),
  ]);
  const given = pairs.get('paging') ?? usual.paging;
  const paging = PAGINGS.find((name) => name === given);
  if (paging === undefined)
    wrong.push(`The paging mode is \`${given}\`. Expected one of: ${PAGINGS.join(', ')}.`);
  const checked = checkConfig({
    ...usual,
    ...numbers,
    values,
    profile: pairs.get('profile') ?? '',
    switches,
    paging: paging ?? usual.paging,
  });
  if (checked.kind === 'error') return fail([...wrong, ...checked.error]);
  return wrong.length > 0 ? fail(wrong) : ok(plainSwitches(checked.value));
}

/** Switches that say only what the profile says anyway are left out: the same configuration is the same text. */
export function plainSwitches(c: LabConfig): LabConfig {
  const design = designs.get(c.design);
  if (design === undefined) return c;
  const unsaid = switchesOf(design, c.profile);
  return {
    ...c,
    switches: Object.fromEntries(Object.entries(c.switches).filter(([name, on]) => unsaid[name] !== on)),
  };
}

/** What of a configuration is not as usual, and always its workload, design, seed and length: names and values. */
export function pairsOf(c: LabConfig): Pairs {
  const usual = usualConfig(c.workload, c.design);
  const changed = (on: boolean): string =>
    Object.entries(c.switches)
      .flatMap(([name, is]) => (is === on ? [name] : []))
      .join(',');
  const all: (readonly [string, string, boolean])[] = [
    ['workload', c.workload, true],
    ['design', c.design, true],
    ['profile', c.profile, c.profile !== ''],
    ['with', changed(true), changed(true) !== ''],
    ['without', changed(false), changed(false) !== ''],
    ['paging', c.paging, c.paging !== usual.paging],
    ['vcpus', String(c.vcpus), c.vcpus !== usual.vcpus],
    ['frames', String(c.frames), c.frames !== usual.frames],
    ['tlb', String(c.tlb), c.tlb !== usual.tlb],
    ['seed', String(c.seed), true],
    ['accesses', String(c.accesses), true],
    ...Object.entries(c.values).map(
      ([name, value]) => [name, String(value), value !== usual.values[name]] as const,
    ),
  ];
  return new Map(all.flatMap(([key, value, said]) => (said ? [[key, value]] : [])));
}

/** As the address of the page has it: `workload=compile&design=xen&seed=1`. */
export const printConfig = (c: LabConfig): string =>
  [...pairsOf(c)].map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');

/** Reads what `printConfig` wrote, or what anybody typed. */
export function readConfig(text: string): Result<LabConfig, readonly string[]> {
  const pairs = new Map<string, string>();
  for (const part of text.split('&').filter((one) => one !== '')) {
    const at = part.indexOf('=');
    if (at < 1) return fail([`\`${part}\` is not a name and a value. Expected something like seed=7.`]);
    pairs.set(part.slice(0, at), decodedUri(part.slice(at + 1)));
  }
  return configOf(pairs);
}

/** The command line that counts the same: `npm run lab -- --workload compile --seed 1`. */
export const commandOf = (c: LabConfig): string =>
  `npm run lab -- ${[...pairsOf(c)].map(([key, value]) => `--${key} ${value}`).join(' ')}`;
