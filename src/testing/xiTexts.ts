import { type Run, recordRun } from '../engine';
import { printDiagnostic, resolve } from '../scenario';

/** Three tables map page 0x014; then the guest uses it as a page table. S0 is the root's shadow, S1 to S3 those of the tables. */
export const XI_ALIASES = `scenario "A data page becomes a page table"
design xi
knob kits 6
paging x86-64, 64 frames
geometry 3 bits, 2 levels
vcpus 1
root 0x001
table l1 0x002 at 0x0000
table l1 0x003 at 0x8000
table l1 0x004 at 0x1_0000
entry 0x002[0] = 0x014 rw user a d
entry 0x003[1] = 0x014 rw user a d
entry 0x004[2] = 0x014 rw user a d
vcpu 0
  store 0x0000 = 1
  store 0x9000 = 2
  store 0x1_2000 = 3
  poke 0x001[3] = 0x014 rw user a d
  poke 0x014[0] = 0x00b rw user a d
  load 0x1_8000
violates none
`;

/** The guest writes its own table through entry 0 of it, twice, then loads CR3: opened, then compared. */
export const XI_BATCH = `scenario "A batch of writes, one resync"
design xi
knob kits 4
paging x86-64, 64 frames
geometry 3 bits, 2 levels
vcpus 1
root 0x001
table l1 0x002 at 0x0000
entry 0x002[0] = 0x002 rw user a d
entry 0x002[3] = 0x00a rw user a d
vcpu 0
  store 0x3000 = 1
  cr3 0x001
  store 0x0020 = 0xb067
  store 0x0028 = 0xc067
  cr3 0x001
violates none
`;

/** Three leaf tables and three kits, one of them the root's: each table that comes drives out another. */
export const XI_PRESSURE = `scenario "Pool pressure"
design xi
knob kits 3
paging x86-64, 64 frames
geometry 3 bits, 2 levels
vcpus 1
root 0x001
table l1 0x002 at 0x0000
table l1 0x003 at 0x8000
table l1 0x004 at 0x1_0000
entry 0x002[0] = 0x00a rw user a d
entry 0x003[0] = 0x00b rw user a d
entry 0x004[0] = 0x00c rw user a d
vcpu 0
  store 0x0000 = 1
  store 0x8000 = 2
  store 0x1_0000 = 3
  store 0x8000 = 4
violates none
`;

/** A text as a recorded run, its cursor at the beginning. */
export function recordText(text: string): Run {
  const resolved = resolve(text);
  if (resolved.kind === 'error') throw new Error(resolved.error.map(printDiagnostic).join('\n'));
  return recordRun(resolved.value.spec, resolved.value.design);
}
