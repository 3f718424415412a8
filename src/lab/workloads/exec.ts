import { accesses, COMMON, chosen, pages, type Workload } from './workload';

/** exec and exit: page tables from nothing to nothing. */
export const exec: Workload = {
  name: 'exec',
  title: 'Exec and exit',
  says: 'Programs start, fault their pages in one by one, work, and exit: tables are made from nothing and taken apart again, and their frames are used anew.',
  parameters: [
    pages('text', 'Pages of text', 'Pages of the file that the program executes.', 48, 256),
    pages('data', 'Pages of data', 'Fresh pages that it may touch.', 96),
    accesses('slice', 'Accesses of a life', 'Accesses from its start to its end.', 8000),
    ...COMMON,
  ],
  *run(guest, values) {
    const shell = guest.program(4, 4);
    guest.enter(shell);
    for (;;) {
      const program = guest.program(chosen(values, 'text'), chosen(values, 'data'));
      guest.enter(program);
      let left = chosen(values, 'slice');
      while (left > 0) {
        guest.work(program, Math.min(left, 2000));
        left -= 2000;
        yield;
      }
      guest.exit(program, shell);
      guest.work(shell, 100);
      yield;
    }
  },
};
