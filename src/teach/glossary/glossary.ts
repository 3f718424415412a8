import { KVM } from './kvm';
import { MACHINE } from './machine';
import { NESTED } from './nested';
import { ORDER } from './order';
import { PARAVIRTUAL } from './paravirtual';
import { SHADOW } from './shadow';
import type { Term } from './term';
import { XEN } from './xen';
import { XI } from './xi';

/** Every term, by topic. The manual’s words and each design’s own. */
export const GLOSSARY: readonly Term[] = [
  ...MACHINE,
  ...SHADOW,
  ...XEN,
  ...KVM,
  ...XI,
  ...PARAVIRTUAL,
  ...NESTED,
  ...ORDER,
];

export const termOf = (id: string): Term | undefined => GLOSSARY.find((one) => one.id === id);
