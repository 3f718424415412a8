import { word } from '../base';
import { MEM_LOG_DIRTY_PAGES } from '../hypervisor/kvm/constants';
import {
  CR0_OFF,
  call,
  cr0,
  cr3,
  D0,
  D1,
  e,
  invlpg,
  type KvmLab,
  type KvmLabOptions,
  load,
  PWUAD,
  setEntry,
  store,
  T1,
  user,
} from './kvmLab';

/** A protection of KVM's merged versions, and an order of steps in which it is missed (facts 1.6, 3.3, 4.5, 6.2 to 6.6). */
export interface KvmBreak {
  readonly without: string;
  readonly options?: KvmLabOptions;
  /** One sentence: what happens without it. */
  readonly what: string;
  readonly play: (lab: KvmLab) => void;
}

/** A guest-physical address, as a guest without paging uses it. */
const at = (gfn: number, byte = 0) => word(0, (gfn << 12) + byte);
const VALUE = word(0, 7);
export const LOG_ON = call('memslot', 0, 0, 0x400, 0, MEM_LOG_DIRTY_PAGES);
const HARVEST = call('get-dirty-log', 0);
/** Frame of a table that nobody uses yet, and the entry of T2 that will name it. */
const X = 0x180;
const T2_X = 3;
/** An address below that entry, through entry 1 of X: what the writer stores there maps frame 0. */
const BELOW_X = word(0, 0x60_1000);

/** vCPU 1 runs without paging, and has written X. */
function writerWithoutPaging(lab: KvmLab): void {
  lab.run(1, cr0(CR0_OFF), store(at(X, 8), VALUE, 0));
  lab.machine.memory.write64(0x102, T2_X, 0, (X << 12) | 7);
}

export const KVM_BREAKS: readonly KvmBreak[] = [
  {
    without: 'gpte-recheck',
    what: 'vCPU 1 changes the entry between vCPU 0’s walk and its lock: the old frame is mapped for good',
    play: (lab) => {
      lab.run(1, load(user(8)));
      lab.begin(0, load(user(0)));
      lab.until(0, 'kvm_page_fault.lock');
      lab.run(1, setEntry(T1, 0, e(D1, PWUAD)));
      lab.finish(0);
    },
  },
  {
    without: 'protect-before-compare',
    what: 'vCPU 1 stores into the table behind the comparison: the page counts as in sync, and is not',
    play: (lab) => {
      lab.run(0, load(user(0)));
      lab.run(1, setEntry(T1, 5, e(D1, PWUAD)));
      lab.begin(0, cr3());
      lab.until(0, 'mmu_sync_children.settle');
      lab.begin(1, setEntry(T1, 0, e(D1, PWUAD)));
      lab.advance(1);
      lab.finish(0);
      lab.finish(1);
    },
  },
  {
    without: 'notifier-retry',
    what: 'the host takes the page away between look-up and lock: an spte maps a page that is gone',
    play: (lab) => {
      lab.begin(0, load(user(0)));
      lab.until(0, 'kvm_page_fault.lock');
      lab.run(lab.host, call('dontneed', D0, 1));
      lab.finish(0);
    },
  },
  {
    without: 'walk-guard',
    options: { paging: false },
    what: 'the table that the walk stands on is freed',
    play: (lab) => {
      lab.run(0, store(at(D0), VALUE, 0));
      lab.run(lab.host, LOG_ON);
      lab.begin(0, store(at(D0), VALUE, 0));
      lab.until(0, 'fast_page_fault.read');
      lab.step(0);
      lab.begin(lab.host, call('memslot', 0, 0, 0, 0, 0));
      lab.advance(lab.host);
      lab.check();
      lab.until(0, 'kvm_page_fault.settled');
      lab.finish(lab.host);
      lab.finish(0);
    },
  },
  {
    without: 'direct-only',
    what: 'the entry names another frame by the time that the fast path opens its spte: the wrong one is logged',
    play: (lab) => {
      lab.run(0, store(user(0), VALUE));
      lab.run(lab.host, LOG_ON);
      lab.begin(0, store(user(0), VALUE));
      lab.until(0, 'kvm_page_fault.fast');
      lab.run(1, setEntry(T1, 0, e(D1, PWUAD)), invlpg(user(0)));
      lab.run(lab.host, HARVEST);
      lab.finish(0);
    },
  },
  {
    without: 'dirty-after-open',
    options: { paging: false },
    what: 'a harvest between mark and opening takes the mark, and misses the store',
    play: (lab) => {
      lab.run(0, store(at(D0), VALUE, 0));
      lab.run(lab.host, LOG_ON);
      lab.begin(0, store(at(D0), VALUE, 0));
      lab.until(0, 'fast_page_fault.exchange');
      lab.run(lab.host, HARVEST);
      lab.finish(0);
    },
  },
  {
    without: 'volatile-exchange',
    options: { profile: 'merged-3.6', paging: false },
    what: 'the fast path opens the spte and the processor marks it as dirty between the read and the store of 0',
    play: (lab) => {
      lab.run(0, load(at(D0), 0));
      lab.run(lab.host, LOG_ON);
      lab.begin(lab.host, call('swap-pages', D0, D1));
      lab.until(lab.host, 'kvm_host_swap-pages.drop');
      lab.run(0, store(at(D0), VALUE, 0));
      lab.finish(lab.host);
    },
  },
  {
    without: 'protect-mmu-writable',
    what: 'a protector leaves an spte alone that is read-only for the dirty log: the fast path opens it, and a table is written unseen',
    play: (lab) => {
      writerWithoutPaging(lab);
      lab.run(lab.host, LOG_ON);
      lab.run(0, load(BELOW_X));
      lab.begin(1, store(at(X, 8), VALUE, 0));
      lab.finish(1);
    },
  },
  {
    without: 'clear-mmu-writable',
    what: 'the fast path gives W back that a protector has just taken',
    play: (lab) => {
      writerWithoutPaging(lab);
      lab.run(0, load(BELOW_X));
      lab.run(1, store(at(X, 8), VALUE, 0));
    },
  },
  {
    without: 'flush-mmu-writable',
    what: 'a harvest has taken W but not flushed yet: the protector finds nothing to flush, and a TLB lets the table be written',
    play: (lab) => {
      lab.run(lab.host, LOG_ON);
      writerWithoutPaging(lab);
      lab.begin(lab.host, HARVEST);
      lab.until(lab.host, 'kvm_host_get-dirty-log.late');
      lab.run(0, load(BELOW_X));
      lab.finish(lab.host);
    },
  },
  {
    without: 'harvest-flush-locked',
    options: { profile: 'merged-3.6' },
    what: 'the harvest of 3.6 releases mmu_lock before it flushes, and its protectors do not flush where W is gone already',
    play: (lab) => {
      lab.run(lab.host, LOG_ON);
      writerWithoutPaging(lab);
      lab.begin(lab.host, HARVEST);
      lab.until(lab.host, 'kvm_host_get-dirty-log.late');
      lab.run(0, load(BELOW_X));
      lab.finish(lab.host);
    },
  },
];
