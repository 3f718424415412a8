import type { KvmCase } from '../oracle/kvm';
import { isHost, type KvmOp, type RecordedEvent } from '../oracle/kvm/format';

/**
 * A recorded case as the text of the trace that it was made from: entries and exits around its events, markers for its operations. What a recording
 * leaves out (host frames, times, addresses of instructions that did nothing) is made up; page keys lose what no tracepoint prints.
 */
export function caseAsTrace(c: KvmCase): string {
  const out = new Lines();
  for (const entry of c.ops) {
    if (isHost(entry)) {
      out.say('tracing_mark_write', `HOST ${entry.host} ${entry.kind}`);
      for (const event of entry.events ?? []) out.event(event);
    } else writeOp(out, entry);
  }
  return out.text;
}

function writeOp(out: Lines, op: KvmOp): void {
  const rip = op.groups[0]?.a?.find(([type]) => type === 'f')?.[1] ?? '0x4000';
  const last = op.groups.at(-1)?.a?.find(([type]) => type === 'f')?.[1] ?? rip;
  const reason = op.groups.find(({ exit }) => exit !== undefined && exit !== 'io')?.exit;
  out.say(
    'tracing_mark_write',
    `OP ${op.op} vcpu${op.vcpu} cpl${op.cpl} ${op.kind} ${operands(op)}`.trimEnd(),
  );
  let inside = false;
  const enter = (): void => {
    out.say('kvm_entry', `vcpu ${op.vcpu}, rip ${rip}`);
    inside = true;
  };
  const leave = (why: string, at: string): void => {
    if (!inside) enter();
    const zero = '0'.repeat(16);
    out.say(
      'kvm_exit',
      `vcpu ${op.vcpu} reason ${why} rip ${at} info1 0x${zero} info2 0x${zero} intr_info 0x00000000 error_code 0x00000000`,
    );
    inside = false;
  };
  let faulted = false;
  let asked = reason === undefined;
  for (const event of op.events ?? []) {
    if (event.ev === 'page_fault') {
      leave('PF excp', rip);
      faulted = true;
      const address = String(event.addr).slice(2).padStart(16, '0');
      out.say('kvm_page_fault', `vcpu ${op.vcpu} rip ${rip} address 0x${address} error_code ${event.error}`);
      continue;
    }
    if (!asked && event.ev === 'pagetable_walk' && (!faulted || inFetch(event, rip))) {
      leave(reason ?? '', rip);
      asked = true;
    }
    out.event(event);
  }
  if (!asked) leave(reason ?? '', rip);
  leave('io', last);
  out.say('tracing_mark_write', `RES ${op.op} ok`);
}

const inFetch = (event: RecordedEvent, rip: string): boolean => event.addr === rip && event.pferr === '0x10';

function operands(op: KvmOp): string {
  switch (op.kind) {
    case 'write':
      return `va=${op.va} val=${op.value}`;
    case 'mov_cr0':
    case 'mov_cr3':
    case 'mov_cr4':
      return op.value ?? '';
    default:
      return op.va ?? '';
  }
}

const FLAGS = ['P', 'W', 'U', 'RSVD', 'F'];
const bare = (value: unknown): string => String(value).replace(/^0x/, '');
const flags = (code: unknown): string => FLAGS.filter((_, bit) => (Number(code) >> bit) & 1).join('|');

class Lines {
  text = '# tracer: nop\n#\n';
  private nth = 0;
  private readonly frames = new Map<string, number>();

  say(event: string, payload: string): void {
    this.nth++;
    this.text += `             vmm-181     [000] ...1. ${(1 + this.nth / 1e6).toFixed(6).padStart(12)}: ${event}: ${payload}\n`;
  }

  event(e: RecordedEvent): void {
    const [name, payload] = this.printed(e);
    this.say(name, payload);
  }

  private printed(e: RecordedEvent): readonly [name: string, payload: string] {
    switch (e.ev) {
      case 'pagetable_walk':
        return ['kvm_mmu_pagetable_walk', `addr ${bare(e.addr)} pferr ${bare(e.pferr)} ${flags(e.pferr)}`];
      case 'paging_element':
        return ['kvm_mmu_paging_element', `pte ${bare(e.pte)} level ${e.level}`];
      case 'walker_error':
        return ['kvm_mmu_walker_error', `pferr ${bare(e.pferr)} ${flags(e.pferr)}`];
      case 'set_accessed_bit':
      case 'set_dirty_bit':
        return [`kvm_mmu_${e.ev}`, `gpa ${bare(e.gpa)}`];
      case 'get_page':
        return ['kvm_mmu_get_page', `${page(e)} ${e.new === true ? 'new' : 'existing'}`];
      case 'sync_page':
      case 'unsync_page':
      case 'prepare_zap_page':
        return [`kvm_mmu_${e.ev}`, page(e)];
      case 'spte_requested':
        return [
          'kvm_mmu_spte_requested',
          `gfn ${bare(e.gfn)} pfn ${(0x5000 + Number(e.gfn)).toString(16)} level ${e.level}`,
        ];
      case 'set_spte': {
        const nx = String(e.rights)[2] === 'x' ? '' : '8';
        const spte = ((0x5000 + Number(e.gfn)) * 4096 + Number(e.bits)).toString(16);
        const at = this.frame(String(e.table)) * 4096 + Number(e.index) * 8;
        const value = nx === '' ? spte : `8${spte.padStart(15, '0')}`;
        return [
          'kvm_mmu_set_spte',
          `gfn ${bare(e.gfn)} spte ${value} (${e.rights}) level ${e.level} at ${at.toString(16)}`,
        ];
      }
      case 'mark_mmio_spte':
        return ['mark_mmio_spte', `sptep:00000000c0ffee12 gfn ${bare(e.gfn)} access ${e.access} gen 0`];
      case 'handle_mmio_page_fault':
        return ['handle_mmio_page_fault', `addr:${bare(e.addr)} gfn ${bare(e.gfn)} access ${e.access}`];
      case 'check_mmio_spte':
        return ['check_mmio_spte', `spte 0 kvm_gen 0 spte-gen 0 valid ${e.valid}`];
      case 'inj_exception':
        return [
          'kvm_inj_exception',
          `${e.exception} (${e.error})${e.reinjected === true ? ' [reinjected]' : ''}`,
        ];
      case 'zap_all_fast':
        return [
          'kvm_mmu_zap_all_fast',
          `kvm-mmu-valid-gen 0 used_pages ${Number(e.usedPages ?? 0).toString(16)}`,
        ];
      default:
        throw new Error(`an event ${e.ev} has no tracepoint`);
    }
  }

  /** A frame of the host for each page, as told apart by its key. */
  private frame(key: string): number {
    let frame = this.frames.get(key);
    if (frame === undefined) {
      frame = 0x67_0000 + this.frames.size;
      this.frames.set(key, frame);
    }
    return frame;
  }
}

/** `15/l1/wux/q1` as `sp gen 0 gfn 15 l1 4-byte q1 wux nxe ad root 0 sync`. */
function page(e: RecordedEvent): string {
  const [gfn, level = 'l1', access = 'wux', ...rest] = String(e.sp).split('/');
  const has = (name: string): boolean => rest.includes(name);
  const quadrant = rest.find((part) => /^q\d$/.test(part));
  const gen = rest.find((part) => /^gen\d+$/.test(part))?.slice(3) ?? '0';
  return (
    `sp gen ${gen} gfn ${gfn} ${level} ${quadrant === undefined ? 8 : 4}-byte ${quadrant ?? 'q0'}${has('direct') ? ' direct' : ''} ` +
    `${access}${has('invalid') ? ' invalid' : ''} ${has('!nx') ? '!' : ''}nxe ad root ${e.root} ${Number(e.unsync) === 0 ? 'sync' : 'unsync'}`
  );
}
