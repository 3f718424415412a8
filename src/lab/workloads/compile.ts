import type { Guest, Program } from '../guest/guest';
import { accesses, COMMON, chosen, pages, type Values, type Workload } from './workload';

/** One compiler after the other: forked by make, then another program, then its life. Yields after each slice. */
function* compilers(guest: Guest, make: Program, values: Values): Generator<void, never> {
  for (;;) {
    // The child of the fork runs a few instructions as make, then executes the compiler.
    const child = guest.fork(make);
    guest.enter(child);
    guest.work(child, 200);
    guest.exit(child, make);
    const compiler = guest.program(chosen(values, 'text'), chosen(values, 'data'));
    yield;
    const slices = Math.max(1, Math.round(chosen(values, 'life') / chosen(values, 'slice')));
    for (let slice = 0; slice < slices; slice++) {
      guest.enter(compiler);
      // Its heap grows with its life.
      const upTo = Math.max(1, Math.ceil(((slice + 1) / slices) * compiler.data.pages));
      guest.work(compiler, chosen(values, 'slice'), upTo);
      if (guest.random.chance(0.1)) buffer(guest, compiler);
      yield;
    }
    guest.exit(compiler, make);
    guest.work(make, 300);
    yield;
  }
}

/** A buffer comes and goes, as malloc and free do with large ones. */
function buffer(guest: Guest, { process }: Program): void {
  const region = process.map(guest.layout.mapped, 16, true);
  guest.touch(process, region, 0, 16, true);
  process.unmap(region);
}

/** What a kernel build is to the memory of its machine: many short lives, some of them at a time. */
export const compile: Workload = {
  name: 'compile',
  title: 'Like a kernel build',
  says: 'make forks and executes one compiler after the other, some at a time; each faults its text and a growing heap in, maps and unmaps a buffer now and then, and exits. A mix made up to resemble a kernel build: it is none.',
  parameters: [
    {
      name: 'jobs',
      label: 'Compilers at a time',
      says: 'As make -j has it, on each vCPU.',
      min: 1,
      max: 8,
      step: 1,
      usual: 2,
    },
    pages('text', 'Pages of text', 'Pages of the compiler that it executes.', 96, 512),
    pages('data', 'Pages of data', 'Pages its heap grows to.', 192),
    accesses('life', 'Accesses of a life', 'Accesses from a compiler’s start to its end.', 40_000),
    accesses(
      'slice',
      'Accesses in a turn',
      'Accesses between two loads of CR3, where more than one are at work.',
      4000,
    ),
    ...COMMON,
  ],
  *run(guest, values) {
    const make = guest.program(8, 48);
    guest.enter(make);
    guest.touch(make.process, make.data, 0, make.data.pages, true);
    yield;
    const jobs = Array.from({ length: chosen(values, 'jobs') }, () => compilers(guest, make, values));
    for (;;) {
      for (const job of jobs) {
        job.next();
        yield;
      }
    }
  },
};
