import type { MachineConfig, ModeName } from '../../machine';
import type { DesignOptions } from '../design';
import { KIT_PAGES } from './constants';

/** Thousandths of the domain's memory, if no knob says otherwise: about 5 % (sheet 4.1). */
const SHARE = 50;

/** What is reserved: kits, and pages that they count as. */
export interface Reservation {
  readonly pages: number;
  readonly kits: number;
  /** Pages that a kit counts as. */
  readonly kitPages: number;
}

/** floor(share of the domain's pages), and floor(of that / pages of a kit) kits (sheet 5.1); or as many kits as a knob asks for. */
export function reservation(guestFrames: number, knobs: DesignOptions['knobs']): Reservation {
  const kitPages = knobs['kit-pages'] ?? KIT_PAGES;
  const pages = Math.floor(((knobs.share ?? SHARE) * guestFrames) / 1000);
  const kits = knobs.kits ?? Math.floor(pages / kitPages);
  return { pages: knobs.kits === undefined ? pages : kits * kitPages, kits, kitPages };
}

/** Kits that a machine cannot do without: the roots of every vCPU, and one for each level below. */
export function fewestKits(config: MachineConfig, narrow: boolean): number {
  return narrow ? 4 * config.vcpus + 1 : config.vcpus + (config.levels ?? 4) - 1;
}

/** Machine frames of the hypervisor's own: the kits as they lie in memory, and a page of each vCPU's. */
export const ownFrames = (kits: number, vcpus: number): number => kits * KIT_PAGES + vcpus;

const plural = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/**
 * Why there can be no such pool: a reservation larger than the domain's memory, one that the machine has no room for, or one too small
 * for any walk. `paging`: the guest's mode.
 */
export function refuseReservation(
  config: MachineConfig,
  options: DesignOptions,
  paging: ModeName,
): string | undefined {
  const { guestFrames, machineFrames, vcpus } = config;
  const { kits, pages, kitPages } = reservation(guestFrames, options.knobs);
  const domains = Math.max(1, options.knobs.domains ?? 1);
  if (paging === 'off')
    return 'XI is not known to run guests with paging off. Expected `paging x86-64`, `pae` or `32-bit`.';
  if (domains !== 1 && domains !== vcpus)
    return `With ${plural(domains, 'domain')} each vCPU is a domain of its own, but there are ${vcpus} vCPUs. Expected \`vcpus ${domains}\`, or no knob \`domains\`.`;
  if (kitPages < 1 || kitPages > KIT_PAGES)
    return `A kit counts as 1 to ${KIT_PAGES} pages, not ${kitPages}.`;
  if (pages > guestFrames)
    return `The reservation is larger than the domain’s memory: ${plural(kits, 'kit')} of ${kitPages} pages are ${pages} pages, but the domain has ${guestFrames}. Expected at most ${Math.floor(guestFrames / kitPages)} kits (knob \`kits\`), or a smaller \`share\`.`;
  const room = machineFrames - guestFrames;
  if (ownFrames(kits, vcpus) > room)
    return `The reservation does not fit: ${plural(kits, 'kit')} of ${KIT_PAGES} frames and ${plural(vcpus, 'frame')} for the vCPUs are ${ownFrames(kits, vcpus)} frames, but the pool has ${room}. Expected \`pool ${ownFrames(kits, vcpus)} frames\`, or no \`pool\` line.`;
  const fewest = domains * fewestKits({ ...config, vcpus: vcpus / domains }, paging !== '64');
  if (kits < fewest)
    return `The pool is too small for any access: ${plural(kits, 'kit')} (${pages} pages at ${kitPages} each), but the roots of ${plural(vcpus, 'vCPU')} and one path below them take ${fewest}. Expected at least \`knob kits ${fewest}\`, or a larger \`share\`.`;
  return undefined;
}
