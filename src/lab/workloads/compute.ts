import { accesses, COMMON, chosen, pages, type Workload } from './workload';

/** A program that never changes its tables: where a shadow costs nothing at all. */
export const compute: Workload = {
  name: 'compute',
  title: 'Compute',
  says: 'One program works on its memory and changes no table: all that costs is a walk where the TLB misses. This is where a shadow does best.',
  parameters: [
    pages('data', 'Pages of data', 'Pages the program works on.', 128),
    pages('text', 'Pages of text', 'Pages the program executes.', 16, 256),
    accesses(
      'slice',
      'Accesses in a turn',
      'How much the program does between two looks at the clock.',
      2000,
    ),
    ...COMMON,
  ],
  *run(guest, values) {
    const program = guest.program(chosen(values, 'text'), chosen(values, 'data'));
    guest.enter(program);
    for (;;) {
      guest.work(program, chosen(values, 'slice'));
      yield;
    }
  },
};
