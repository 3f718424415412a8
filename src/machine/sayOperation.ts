import { assertNever, frameName, hex, type Word } from '../base';
import { P } from './bits';
import type { Machine } from './machine';
import type { EntryName, GeneralRegister, GuestOp } from './operation';
import { frameOf } from './paging';
import { sayEntry, sayIndex, sayVa, sayValue } from './say';

const sayTarget = (at: string, entry: EntryName | undefined): string =>
  entry === undefined ? at : `entry ${sayIndex(entry.index)} of its table ${frameName(entry.frame)}`;

/** "stores 0x7 to 0x…" for data; for a table entry, which entry and what it is to say. */
function sayStore(
  m: Machine,
  actor: number,
  at: string,
  { value, entry, from }: Extract<GuestOp, { kind: 'store' }>,
): string {
  if (entry === undefined) return `stores ${sayGiven(value, from)} to ${at}`;
  const { lo, hi } = value;
  const name = `entry ${sayIndex(entry.index)} of its table ${frameName(entry.frame)}`;
  if ((lo & P) === 0) return hi === 0 && lo === 0 ? `clears ${name}` : `makes ${name} not present`;
  return `writes ${name}: ${sayEntry(m.guestMode(actor), hi, lo)}`;
}

/** A value as the program gives it: itself, or the register that holds it. */
const sayGiven = (value: Word, from: GeneralRegister | undefined): string =>
  from?.toUpperCase() ?? sayValue(value.hi, value.lo);

/** ", into EAX". */
const sayInto = (into: GeneralRegister | undefined): string =>
  into === undefined ? '' : ` into ${into.toUpperCase()}`;

/** What an operation is about to do: the caption of `guest.start`. */
export function sayOperation(m: Machine, actor: number, op: GuestOp): string {
  const who = actor < m.config.vcpus ? `vCPU ${actor}` : 'The host';
  const mode = 'cpl' in op && op.cpl === 3 ? ', from user mode' : '';
  const at = (va: { hi: number; lo: number }): string =>
    sayVa(m, Math.min(actor, m.config.vcpus - 1), va.hi, va.lo);
  switch (op.kind) {
    case 'load':
      return `${who} loads from ${at(op.va)}${sayInto(op.into)}${mode}.`;
    case 'move':
      return `${who} puts ${sayGiven({ hi: 0, lo: op.value }, op.from)} into ${op.into.toUpperCase()}.`;
    case 'store':
      return `${who} ${sayStore(m, actor, at(op.va), op)}${mode}.`;
    case 'fetch':
      return `${who} fetches an instruction at ${at(op.va)}${mode}.`;
    case 'pte':
      return (op.value.lo & P) === 0
        ? `${who} unmaps ${at(op.va)}: its L${op.level} entry is to be cleared.`
        : `${who} maps ${at(op.va)}: its L${op.level} entry is to say ${sayEntry(m.guestMode(actor), op.value.hi, op.value.lo)}.`;
    case 'locked':
      return `${who} begins a locked ${op.op} with ${sayGiven(op.value, op.from)} at ${sayTarget(at(op.va), op.entry)}${mode}.`;
    case 'stos':
      return `${who} stores ${sayValue(op.value.hi, op.value.lo)} ${op.count} times, from ${at(op.va)} upwards${mode}.`;
    case 'cr3':
      return `${who} loads CR3 with 0x${hex(op.value.lo, 5)}: its tables begin at frame ${frameName(frameOf(op.value.hi & 0xfffff, op.value.lo))}.`;
    case 'cr0':
      return `${who} loads CR0 with ${sayValue(0, op.value)}.`;
    case 'cr4':
      return `${who} loads CR4 with ${sayValue(0, op.value)}.`;
    case 'efer':
      return `${who} sets EFER to ${sayValue(0, op.value)}.`;
    case 'invlpg':
      return `${who} invalidates the translation of ${at(op.va)} (INVLPG).`;
    case 'mfence':
      return `${who} waits until its stores are seen by everybody (MFENCE).`;
    case 'poke':
      return `Somebody outside the guest changes word ${op.index} of frame ${frameName(op.frame)}.`;
    case 'switch':
      return `From here on the switch ${op.name} is ${op.on ? 'on' : 'off'}.`;
    case 'call':
      return m.exits.guestWork?.has(op.name) === true
        ? `The system on ${who} begins its ${op.name.replaceAll('-', ' ')}.`
        : `${who} asks the hypervisor for ${op.name.replaceAll('_', ' ')}.`;
    default:
      return assertNever(op, 'operation');
  }
}

/** The moment an operation leaves the guest's program for the processor's own work, or the hypervisor's. */
export function sayLeave(m: Machine, actor: number, op: GuestOp): string {
  if (actor >= m.config.vcpus) return 'The host begins its work.';
  if (op.kind === 'call' && m.exits.guestWork?.has(op.name) === true)
    return `That is work of the guest's own kernel: vCPU ${actor} stays in the guest.`;
  return op.kind === 'call'
    ? `vCPU ${actor} leaves the guest for the hypervisor.`
    : `vCPU ${actor} executes a privileged instruction: whoever is below the guest has to see to it.`;
}

/** How an operation has ended: the caption of `guest.done`. */
export function sayDone(m: Machine, actor: number, op: GuestOp): string {
  const r = m.registersOf(actor);
  const who = actor < m.config.vcpus ? `vCPU ${actor}` : 'The host';
  switch (r.get('outcome')) {
    case 1:
      return `${who} goes on behind the instruction that faulted.`;
    case 2:
      return `${who} goes on behind the instruction that was not allowed.`;
    case 3:
      return `${who} goes on: there was nothing it could have written.`;
    case 4:
      return `${who} goes on: what it asked for was refused, and nothing has changed.`;
    default:
      break;
  }
  switch (op.kind) {
    case 'load':
    case 'locked':
      return `${who} has read ${sayValue(r.get('resultHi'), r.get('resultLo'))}${sayInto(op.into)}, ${sayFaults(r.get('faults'))}.`;
    case 'store':
    case 'pte':
    case 'stos':
      return `The store of vCPU ${actor} is done, ${sayFaults(r.get('faults'))}.`;
    case 'fetch':
      return `vCPU ${actor} has fetched the instruction, ${sayFaults(r.get('faults'))}.`;
    default:
      return `${who} goes on with its program.`;
  }
}

function sayFaults(faults: number): string {
  if (faults === 0) return 'without a fault';
  return faults === 1 ? 'after one page fault' : `after ${faults} page faults`;
}
