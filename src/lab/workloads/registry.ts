import { compile } from './compile';
import { compute } from './compute';
import { exec } from './exec';
import { fork } from './fork';
import { migrate } from './migrate';
import { mprotect } from './mprotect';
import { switching } from './switching';
import type { Workload } from './workload';

/** Every workload by name. A new one is a file beside this one and a row here. */
export const workloads: ReadonlyMap<string, Workload> = new Map(
  [compile, fork, exec, switching, mprotect, migrate, compute].map((workload) => [workload.name, workload]),
);
