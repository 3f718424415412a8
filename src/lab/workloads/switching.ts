import { accesses, COMMON, chosen, pages, type Workload } from './workload';

/** Context switches between programs that live for ever. */
export const switching: Workload = {
  name: 'switch',
  title: 'Context switches',
  says: 'Programs take turns: each turn begins with a load of CR3. Their tables change hardly at all, so what is seen is what a switch itself costs: the exit, the flushed TLB, the shadow found again.',
  parameters: [
    {
      name: 'programs',
      label: 'Programs',
      says: 'Address spaces that take turns.',
      min: 2,
      max: 32,
      step: 1,
      usual: 6,
    },
    pages('data', 'Pages of data', 'Pages that each works on.', 64, 512),
    pages('text', 'Pages of text', 'Pages that all execute.', 16, 256),
    accesses('slice', 'Accesses in a turn', 'Accesses between two loads of CR3.', 2000),
    ...COMMON,
  ],
  *run(guest, values) {
    const programs = Array.from({ length: chosen(values, 'programs') }, () =>
      guest.program(chosen(values, 'text'), chosen(values, 'data')),
    );
    for (let turn = 0; ; turn = (turn + 1) % programs.length) {
      const program = programs[turn];
      if (program === undefined) throw new Error(`there is no program ${turn}`);
      guest.enter(program);
      guest.work(program, chosen(values, 'slice'));
      yield;
    }
  },
};
