import { runLab } from './labCommand';

/** `npm run lab -- --workload compile --design xen --seed 1 --accesses 1000000`: what the workload counts. Exit 2 when it does not run. */
const { code, out, err } = runLab(process.argv.slice(2));
for (const line of err) console.error(line);
for (const line of out) console.log(line);
process.exitCode = code;
