import { accesses, COMMON, chosen, pages, type Workload } from './workload';

/** Live migration: the world outside wants to know what is written. */
export const migrate: Workload = {
  name: 'migrate',
  title: 'Live migration',
  says: 'A program writes to its memory while the world outside logs which frames are written, round after round. Each round takes the right to write away, and the next store to each page faults. On bare hardware nobody logs.',
  parameters: [
    pages('data', 'Pages of data', 'Pages the program works on.', 256),
    pages('text', 'Pages of text', 'Pages the program executes.', 16, 256),
    accesses('slice', 'Accesses in a round', 'Accesses between two rounds.', 20_000),
    ...COMMON,
  ],
  *run(guest, values) {
    const program = guest.program(chosen(values, 'text'), chosen(values, 'data'));
    guest.enter(program);
    guest.touch(program.process, program.data, 0, program.data.pages, true);
    yield;
    guest.beginLog();
    for (;;) {
      for (let left = chosen(values, 'slice'); left > 0; left -= 2000) {
        guest.work(program, Math.min(left, 2000));
        yield;
      }
      guest.harvestLog();
    }
  },
};
