import {
  KvmCheckMmioSpte,
  KvmGetPage,
  KvmHandleMmioPageFault,
  KvmInjException,
  KvmMarkMmioSpte,
  KvmPageFault,
  KvmPagetableWalk,
  KvmPagingElement,
  KvmPrepareZapPage,
  KvmSetAccessedBit,
  KvmSetDirtyBit,
  KvmSetSpte,
  KvmSpteRequested,
  KvmSyncPage,
  KvmUnsyncPage,
  KvmWalkerError,
  KvmZapAllFast,
} from '../../hypervisor/kvm/events';
import { pageKey } from '../../hypervisor/kvm/role';
import type { EventType, World } from '../../kernel';
import type { RecordedEvent } from './format';

/** Simulated events in the form of the recording, so that both can be compared field by field. */

export const hex64 = (hi: number, lo: number): string =>
  hi === 0
    ? `0x${(lo >>> 0).toString(16)}`
    : `0x${(hi >>> 0).toString(16)}${(lo >>> 0).toString(16).padStart(8, '0')}`;
const hex32 = (value: number): string => `0x${(value >>> 0).toString(16)}`;
const gfnHex = (gfn: number): string => `0x${gfn.toString(16)}`;

type Fields = (name: string) => number;
type Printer = (f: Fields) => RecordedEvent;

const page =
  (ev: string): Printer =>
  (f) => ({ ev, sp: pageKey(f('gfn'), f('role'), f('gen')), root: f('root'), unsync: f('unsync') });

const marked =
  (ev: string): Printer =>
  (f) => ({ ev, gpa: hex64(Math.floor(f('gfn') / 0x10_0000), (f('gfn') << 12) | f('offset')) });

const right = (on: boolean, letter: string): string => (on ? letter : '-');

const PRINTERS: readonly (readonly [EventType, Printer])[] = [
  [KvmPageFault, (f) => ({ ev: 'page_fault', addr: hex64(f('vaHi'), f('vaLo')), error: hex32(f('error')) })],
  [
    KvmPagetableWalk,
    (f) => ({ ev: 'pagetable_walk', addr: hex64(f('vaHi'), f('vaLo')), pferr: hex32(f('pferr')) }),
  ],
  [KvmPagingElement, (f) => ({ ev: 'paging_element', pte: hex64(f('hi'), f('lo')), level: f('level') })],
  [KvmWalkerError, (f) => ({ ev: 'walker_error', pferr: hex32(f('pferr')) })],
  [KvmSetAccessedBit, marked('set_accessed_bit')],
  [KvmSetDirtyBit, marked('set_dirty_bit')],
  [KvmGetPage, (f) => ({ ...page('get_page')(f), new: f('created') !== 0 })],
  [KvmSyncPage, page('sync_page')],
  [KvmUnsyncPage, page('unsync_page')],
  [KvmPrepareZapPage, page('prepare_zap_page')],
  [KvmSpteRequested, (f) => ({ ev: 'spte_requested', gfn: gfnHex(f('gfn')), level: f('level') })],
  [
    KvmSetSpte,
    (f) => ({
      ev: 'set_spte',
      gfn: gfnHex(f('gfn')),
      rights: `r${right((f('lo') & 2) !== 0, 'w')}${right(f('hi') >= 0, 'x')}${right((f('lo') & 4) !== 0, 'u')}`,
      bits: hex32(f('lo') & 0xfff),
      level: f('level'),
      index: f('index'),
      table: pageKey(f('tableGfn'), f('tableRole'), f('tableGen')),
    }),
  ],
  [
    KvmMarkMmioSpte,
    (f) => ({ ev: 'mark_mmio_spte', gfn: gfnHex(f('gfn')), access: f('access').toString(16) }),
  ],
  [
    KvmHandleMmioPageFault,
    (f) => ({
      ev: 'handle_mmio_page_fault',
      addr: hex64(f('vaHi'), f('vaLo')),
      gfn: gfnHex(f('gfn')),
      access: f('access').toString(16),
    }),
  ],
  [KvmCheckMmioSpte, (f) => ({ ev: 'check_mmio_spte', valid: f('valid') })],
  [
    KvmInjException,
    (f) => ({
      ev: 'inj_exception',
      exception: '#PF',
      error: hex32(f('error')),
      ...(f('reinjected') === 0 ? {} : { reinjected: true }),
    }),
  ],
  [KvmZapAllFast, (f) => ({ ev: 'zap_all_fast', usedPages: f('usedPages') })],
];

const printers = new Map<EventType, Printer>(PRINTERS);

/** The tracepoints that fired in a span of the log, in order. */
export function printedEvents(world: World, from: number, to: number): RecordedEvent[] {
  const out: RecordedEvent[] = [];
  world.events.scan(from, to, (type, _, at) => {
    const print = printers.get(type);
    if (print !== undefined) out.push(print((name) => world.events.argument(at + type.fields.indexOf(name))));
  });
  return out;
}

/** A key without the bits that no tracepoint prints. */
export const printedKey = (key: string): string =>
  key.replace('/!wp', '').replace('/smep_andnot_wp', '').replace('/smap_andnot_wp', '');
