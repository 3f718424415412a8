import { readCommandLine } from './commandLine';
import { jsonLine, tableOf } from './print';
import { BENCHES } from './registry';

/** `npm run bench [-- NAME...] [--json] [--option value]`: runs the benches whose names hold NAME, one after the other. */
const { filters, json, args } = readCommandLine(process.argv.slice(2));
const chosen = BENCHES.filter(
  ({ name }) => filters.length === 0 || filters.some((part) => name.includes(part)),
);

if (chosen.length === 0) {
  const known = BENCHES.map(({ name }) => name).join(', ');
  console.error(`No bench is called "${filters.join('" or "')}". There are: ${known}.`);
  process.exit(1);
}

for (const { name, about, run } of chosen) {
  try {
    if (!json) console.log(`${name}: ${about}`);
    const measures = await run(args);
    console.log(json ? jsonLine(name, measures) : `${tableOf(measures)}\n`);
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
