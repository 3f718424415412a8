import { accesses, COMMON, chosen, pages, type Workload } from './workload';

/** mmap, mprotect, munmap. */
export const mprotect: Workload = {
  name: 'mprotect',
  title: 'mmap and mprotect',
  says: 'A program maps a stretch of memory, takes the right to write away from parts of it and gives it back, as garbage collectors do, and after a while unmaps it all and maps anew.',
  parameters: [
    pages('mapped', 'Pages mapped', 'Pages of one mmap.', 256),
    pages(
      'range',
      'Pages of an mprotect',
      'How many pages lose or regain the right to write at once.',
      16,
      512,
    ),
    {
      name: 'rounds',
      label: 'Rounds',
      says: 'Times that parts are protected and freed again before the whole is unmapped.',
      min: 1,
      max: 200,
      step: 1,
      usual: 20,
    },
    accesses('slice', 'Accesses between', 'Accesses between two calls of mprotect.', 1000),
    ...COMMON,
  ],
  *run(guest, values) {
    const program = guest.program(8, 32);
    const { process } = program;
    guest.enter(program);
    const all = chosen(values, 'mapped');
    const range = Math.min(chosen(values, 'range'), all);
    for (;;) {
      const region = process.map(guest.layout.mapped, all, true);
      guest.touch(process, region, 0, all, true);
      yield;
      for (let round = 0; round < chosen(values, 'rounds'); round++) {
        const first = guest.random.below(all - range + 1);
        process.protect(region, first, range, false);
        guest.touch(process, region, first, range, false);
        guest.work(program, chosen(values, 'slice'));
        process.protect(region, first, range, true);
        guest.touch(process, region, first, range, true);
        yield;
      }
      process.unmap(region);
      yield;
    }
  },
};
