import type { MachineConfig } from '../../machine';
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
