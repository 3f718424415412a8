import { drive } from './drive';
import { XiWorld } from './world';

/** `npm run soak -- xi`: many random guests of XI, one after the other. Exit 1 if anything broke. */
const words = process.argv.slice(2);

function option(name: string, otherwise: number): number {
  const at = words.indexOf(`--${name}`);
  const value = at < 0 ? otherwise : Number(words[at + 1]);
  if (!(value >= 0)) throw new Error(`--${name} is "${words[at + 1]}", expected a whole number.`);
  return value;
}

const guests = option('guests', 2000);
const operations = option('operations', 100);
const seed = option('seed', 1);
let broken = 0;
for (let at = seed; at < seed + guests; at++) {
  const w = new XiWorld(at);
  const finding = drive(w, { operations, transparent: true });
  if (finding === undefined) continue;
  broken++;
  const { mode, bits, levels } = w.kind;
  console.log(
    `seed ${at} (${mode}, ${bits} bits, ${levels} levels, ${w.vcpus} vCPUs), operation ${finding.op}: ${finding.name}: ${finding.what}`,
  );
}
console.log(
  `${guests} guests of ${operations} operations from seed ${seed}: ${broken === 0 ? 'nothing broken' : `${broken} broken`}`,
);
process.exitCode = broken === 0 ? 0 : 1;
