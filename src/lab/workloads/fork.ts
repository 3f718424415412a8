import { accesses, COMMON, chosen, pages, type Workload } from './workload';

/** fork and copy-on-write. */
export const fork: Workload = {
  name: 'fork',
  title: 'Fork and copy on write',
  says: 'A parent forks, over and over: every writable entry of its tables loses W. The child writes to some of the pages, each a fault of the guest’s own and a copy, and exits; the parent writes on.',
  parameters: [
    pages('data', 'Pages of data', 'Writable pages of the parent at each fork.', 256),
    pages('text', 'Pages of text', 'Pages both execute.', 16, 256),
    {
      name: 'written',
      label: 'Pages the child writes',
      says: 'Of a hundred pages, how many the child writes to before it exits.',
      min: 0,
      max: 100,
      step: 1,
      usual: 25,
      unit: '%',
    },
    accesses(
      'slice',
      'Accesses between',
      'Accesses of the child’s and of the parent’s between two forks.',
      4000,
    ),
    ...COMMON,
  ],
  *run(guest, values) {
    const slice = chosen(values, 'slice');
    const parent = guest.program(chosen(values, 'text'), chosen(values, 'data'));
    guest.enter(parent);
    guest.touch(parent.process, parent.data, 0, parent.data.pages, true);
    yield;
    for (;;) {
      const child = guest.fork(parent);
      yield;
      guest.enter(child);
      const { pages } = child.data;
      for (let page = 0; page < pages; page++)
        if (guest.random.below(100) < chosen(values, 'written'))
          guest.touch(child.process, child.data, page, 1, true);
      guest.work(child, slice);
      yield;
      guest.exit(child, parent);
      yield;
      guest.work(parent, slice);
      yield;
    }
  },
};
