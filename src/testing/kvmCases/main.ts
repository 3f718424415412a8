import { playCase } from './play';

/** Made-up cases in the recordings' format by themselves, bundled and started by `npm run soak -- cases`: --cases N --seed S --operations N */
const words = process.argv.slice(2);
function option(name: string, otherwise: number): number {
  const index = words.indexOf(`--${name}`);
  return index < 0 ? otherwise : Number(words[index + 1]);
}

const cases = option('cases', 2000);
const first = option('seed', 1);
const operations = option('operations', 60);
let failed = 0;
for (let n = 0; n < cases && failed === 0; n++) {
  const { wrong, c } = playCase((first + n) | 0, operations);
  if (wrong === undefined) {
    if ((n + 1) % 100 === 0) console.log(`${n + 1} cases: nothing breaks.`);
    continue;
  }
  failed = 1;
  console.error(`Seed ${first + n}, operation ${c.ops.length - 1}: ${wrong}\n${JSON.stringify(c)}`);
}
process.exitCode = failed;
