/** Traces of Linux 6.1 that a visitor without a kernel at hand can look at. Each is fetched when it is asked for. */
export const SAMPLES = [
  {
    name: 'page-table-writes.trace',
    title: 'A guest writes its page table',
    about: 'unsync, stale entries, a load of CR3 that syncs',
    load: () => import('./samples/b-pt-write-cr3.trace?raw'),
  },
  {
    name: 'invlpg.trace',
    title: 'INVLPG',
    about: 'one entry is flushed, and filled again at once',
    load: () => import('./samples/d-invlpg.trace?raw'),
  },
  {
    name: 'two-vcpus.trace',
    title: 'Two vCPUs',
    about: 'one shadow for both; a second root; an upper table written',
    load: () => import('./samples/g-two-vcpus.trace?raw'),
  },
] as const;
