import { drive } from './drive';
import { XiWorld } from './world';

/** Many random guests of XI, one after the other: for `npm run soak -- xi`. */
export function soakXi(seeds: number, from: number, operations: number, say: (line: string) => void): number {
  let bad = 0;
  for (let seed = from; seed < from + seeds; seed++) {
    const w = new XiWorld(seed);
    const finding = drive(w, { operations, transparent: true });
    if (finding === undefined) continue;
    bad++;
    say(
      `seed ${seed} (${w.kind.mode}, ${w.kind.bits} bits, ${w.kind.levels} levels, ${w.vcpus} vCPUs), operation ${finding.op}: ${finding.name}: ${finding.what}`,
    );
  }
  say(`${seeds} guests of ${operations} operations: ${bad === 0 ? 'nothing broken' : `${bad} broken`}`);
  return bad === 0 ? 0 : 1;
}
