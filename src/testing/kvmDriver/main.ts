import { driveKvm, shrinkKvm } from './drive';
import { kvmText } from './guest';

/**
 * The random driver of KVM's guests by itself, bundled and started by `npm run soak -- kvm`:
 *   --worlds N --seed S [--without NAME,NAME]
 */
const words = process.argv.slice(2);
function option(name: string): string | undefined {
  const index = words.indexOf(`--${name}`);
  return index < 0 ? undefined : words[index + 1];
}

const worlds = Number(option('worlds') ?? 20_000);
const first = Number(option('seed') ?? 1);
const without = option('without')?.split(',') ?? [];
const start = performance.now();
const seconds = (): string => ((performance.now() - start) / 1000).toFixed(0);
let operations = 0;
let failed = false;
for (let n = 0; n < worlds && !failed; n++) {
  const driven = driveKvm((first + n) | 0, without);
  operations += driven.operations;
  if (driven.wrong !== undefined) {
    failed = true;
    const small = shrinkKvm(driven);
    console.error(
      `Seed ${driven.world.seed}: ${driven.wrong}\nShortest found: ${small.wrong}\n\n${kvmText(small.world)}`,
    );
  } else if ((n + 1) % 1000 === 0)
    console.log(`${n + 1} worlds, ${operations} operations, ${seconds()} s: nothing breaks.`);
}
if (!failed)
  console.log(
    `${worlds} worlds from seed ${first}, ${operations} operations in ${seconds()} s: nothing breaks.`,
  );
process.exitCode = failed ? 1 : 0;
