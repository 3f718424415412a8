import { Random } from '../../base';
import { kvmInvariants } from '../../hypervisor/kvm/invariants';
import { isHost, type KvmCase, type KvmEntry, type KvmOp } from '../../oracle/kvm/format';
import { type EntryOutcome, KvmReplay } from '../../oracle/kvm/replay';
import { faultingGroups } from './groups';
import { Program } from './operations';
import { appetite, type CaseMode, startCase } from './start';

const MODES: readonly CaseMode[] = ['64', 'pae', '32'];

/** A made-up case that was played: what happened, and what was wrong with it, if anything. */
export interface Played {
  readonly c: KvmCase;
  readonly outcomes: readonly EntryOutcome[];
  readonly wrong: string | undefined;
}

/** What invariants find at rest, as text. `told`: KVM knows of all that was written. */
function broken(replay: KvmReplay, told: boolean): string | undefined {
  for (const { name, check, when } of kvmInvariants) {
    // A recorded operation begins with an entry that no exit came before: what I20 counts.
    if (when === 'end' || name === 'I20' || (name === 'I9' && !told)) continue;
    const [first] = check(replay.k as never);
    if (first !== undefined) return `${name}: ${first.says} (${first.where})`;
  }
  return undefined;
}

/** The group in which the guest was given a fault that the recording does not have. */
function faultedGroup(astray: string | undefined): number {
  const found = /given a page fault in group (\d+)/.exec(astray ?? '');
  return found === null ? -1 : Number(found[1]);
}

/** A fresh replay, brought to where the last one was before it went astray. */
function again(c: KvmCase, done: readonly KvmEntry[], ahead: readonly KvmEntry[]): KvmReplay {
  const replay = new KvmReplay({ ...c, ops: [...done, ...ahead] });
  for (const entry of done.slice(0, -1)) replay.run(entry);
  return replay;
}

/** The case of a seed, of `count` operations, as the design plays it. Which instructions fault is found out on the way. */
export function playCase(seed: number, count: number): Played {
  const random = new Random(seed);
  const mode = random.pick(MODES);
  const a = appetite(random);
  const c = startCase(random, mode, a);
  const program = new Program(random, mode, a);
  const planned = Array.from({ length: count }, () => program.next());
  const done: KvmEntry[] = [];
  const outcomes: EntryOutcome[] = [];
  let replay = new KvmReplay({ ...c, ops: planned });
  let told = true;
  for (const [i, entry] of planned.entries()) {
    done.push(entry);
    told &&= entry.kind !== 'host_write';
    try {
      let out = replay.run(entry);
      const at = isHost(entry) ? -1 : faultedGroup(out.astray);
      if (at >= 0) {
        done[done.length - 1] = {
          ...entry,
          groups: faultingGroups((entry as KvmOp).groups, at, mode),
        } as KvmOp;
        replay = again(c, done, planned.slice(i + 1));
        out = replay.run(done.at(-1) as KvmEntry);
      }
      // Code where no memory is: a real KVM gives up there. A fault while one is delivered: the guest has overwritten its own tables.
      const nowhere = entry.kind === 'fetch' && out.astray?.endsWith('was emulated') === true;
      if (nowhere || faultedGroup(out.astray) > at) {
        done.pop();
        return { c: { ...c, ops: done }, outcomes, wrong: undefined };
      }
      outcomes.push(out);
      const wrong = out.astray ?? broken(replay, told);
      if (wrong !== undefined) return { c: { ...c, ops: done }, outcomes, wrong };
    } catch (error) {
      return {
        c: { ...c, ops: done },
        outcomes,
        wrong: error instanceof Error ? `${error.message}\n${error.stack}` : String(error),
      };
    }
  }
  return { c: { ...c, ops: done }, outcomes, wrong: undefined };
}
