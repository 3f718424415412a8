import type { ChainName } from './backlinks';
import { CHAIN_NONE, CHAIN_PAGE, CHAIN_PARENTS, TO_NOTHING, TO_TABLE } from './constants';
import type { Xi } from './state';

/** The chain that an SPTE belongs in: of the page it maps, or of the parents of the SPTI it points to (sheet 4.4). */
export function chainFor(what: number, target: number): ChainName {
  if (what === TO_NOTHING) return { chain: CHAIN_NONE, of: -1 };
  return { chain: what === TO_TABLE ? CHAIN_PARENTS : CHAIN_PAGE, of: target };
}

/** First slot of a chain, or -1. */
export function headOf(x: Xi, { chain, of }: ChainName): number {
  return (chain === CHAIN_PARENTS ? x.kits.get(of, 'parentHead') : x.pages.get(of, 'chainHead')) - 1;
}

export function setHead(x: Xi, { chain, of }: ChainName, slot: number): void {
  if (chain === CHAIN_PARENTS) x.kits.set(of, 'parentHead', slot + 1);
  else x.pages.set(of, 'chainHead', slot + 1);
}

/** The slots of a guest page's chain, first to last. */
export const chainOfPage = (x: Xi, gfn: number): number[] =>
  x.backlinks.from(x.pages.get(gfn, 'chainHead') - 1);

/** The slots of the entries that point to an SPTI, first to last. */
export const parentsOf = (x: Xi, kit: number): number[] =>
  x.backlinks.from(x.kits.get(kit, 'parentHead') - 1);

/** `the chain of page 0x010`. */
export const sayChain = (x: Xi, { chain, of }: ChainName): string =>
  chain === CHAIN_PARENTS ? `the parents of ${x.kitName(of)}` : `the chain of page ${x.name(of)}`;
