import { type Step, slots, type Thread } from '../kernel';
import { interruptible, type Machine } from '../machine';

/** Locals of a procedure that flushes TLBs: the vCPU whose turn it is, and the one that was flushed last. */
export const FLUSH_EACH = slots('cpu', 'flushed');

interface HasVcpus {
  readonly machine: Machine;
  readonly vcpus: { readonly length: number };
}

interface FlushEach<P> {
  readonly line: string;
  readonly flush: (part: P, cpu: number, t: Thread) => void;
  /** What a vCPU is called at the beginning of a sentence. */
  readonly who: (part: P, vcpu: number) => string;
}

/**
 * The step `cpu`: one vCPU after the other forgets its translations, one per step. A processor in the middle of a guest instruction
 * answers only when it is through, as with the interrupt that really does this.
 */
export function flushEach<P extends HasVcpus>({ line, flush, who }: FlushEach<P>): Step<P> {
  const L = FLUSH_EACH;
  return {
    label: 'cpu',
    line,
    touch: 'racy',
    when: (t, p) => t.get(L.cpu) === t.actor || interruptible(p.machine, t.get(L.cpu)),
    run: (t, p) => {
      const cpu = t.get(L.cpu);
      flush(p, cpu, t);
      t.set(L.flushed, cpu);
      t.set(L.cpu, cpu + 1);
      if (cpu + 1 < p.vcpus.length) t.goto('cpu');
    },
    say: (t, p) =>
      t.get(L.flushed) === t.actor
        ? `vCPU ${t.actor} flushes its own TLB.`
        : `${who(p, t.actor)} makes vCPU ${t.get(L.flushed)} flush its TLB, and waits until it has.`,
  };
}

/** What every flush of all TLBs has achieved. */
export const ALL_FLUSHED =
  'Every TLB of the guest has been flushed: no processor goes by a translation from before.';
