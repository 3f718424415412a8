import { eventType } from '../kernel';

/** EFER is no control register; its MSR number does not fit a cell's reading as a small number. */
export const REGISTER_EFER = 128;

/** What the machine itself does. 64-bit values are two fields, high half first. `vcpu` is always the processor concerned. */
export const OperationStarted = eventType('OperationStarted', 'vcpu', 'op');
/** outcome: 0 done, 1 the guest was given a #PF and the instruction was skipped, 2 #GP, 3 not possible, 4 refused. value: what was read, if anything. */
export const OperationEnded = eventType('OperationEnded', 'vcpu', 'op', 'outcome', 'valueHi', 'valueLo');

/** walker: 0 the processor, 1 the hypervisor's software walk of the guest's tables. index counts entries, not words. */
export const WalkStarted = eventType('WalkStarted', 'vcpu', 'walker', 'vaHi', 'vaLo', 'access');
export const WalkedLevel = eventType('WalkedLevel', 'vcpu', 'walker', 'level', 'frame', 'index', 'hi', 'lo');
/** error: page-fault error code, or -1 when the walk succeeded (then frame is the data frame). */
export const WalkEnded = eventType('WalkEnded', 'vcpu', 'walker', 'vaHi', 'vaLo', 'error', 'frame');
/** A walker set A (bits = A) or A and D in an entry. */
export const AccessedDirtySet = eventType(
  'AccessedDirtySet',
  'vcpu',
  'walker',
  'level',
  'frame',
  'index',
  'bits',
);

export const TlbHit = eventType('TlbHit', 'vcpu', 'vaHi', 'vaLo', 'frame');
export const TlbFilled = eventType('TlbFilled', 'vcpu', 'vaHi', 'vaLo', 'frame', 'writable');
/** scope: 0 one page (va given), 1 all but global, 2 all. by: the actor that asked. */
export const TlbFlushed = eventType('TlbFlushed', 'vcpu', 'scope', 'vaHi', 'vaLo');

/** A page fault as the processor raised it: with a hypervisor this is an exit. */
export const PageFault = eventType('PageFault', 'vcpu', 'vaHi', 'vaLo', 'error');
/** A #PF given to the guest's own handler. */
export const GuestPageFault = eventType('GuestPageFault', 'vcpu', 'vaHi', 'vaLo', 'error');
export const GeneralProtection = eventType('GeneralProtection', 'vcpu');

/** offset: byte offset in the frame. frame is a machine frame. */
export const MemoryRead = eventType('MemoryRead', 'vcpu', 'frame', 'offset', 'width', 'hi', 'lo');
export const MemoryWritten = eventType('MemoryWritten', 'vcpu', 'frame', 'offset', 'width', 'hi', 'lo');
/** A store that waits in its vCPU's store buffer; MemoryWritten follows when it drains. */
export const StoreBuffered = eventType('StoreBuffered', 'vcpu', 'frame', 'offset', 'width', 'hi', 'lo');

/** register: 0, 3 or 4; REGISTER_EFER for EFER. */
export const ControlRegisterLoaded = eventType('ControlRegisterLoaded', 'vcpu', 'register', 'hi', 'lo');
export const InvlpgExecuted = eventType('InvlpgExecuted', 'vcpu', 'vaHi', 'vaLo');
export const Poked = eventType('Poked', 'frame', 'index', 'hi', 'lo');
export const SwitchChanged = eventType('SwitchChanged', 'which', 'on');

/** The guest kernel could not store a table entry. reason: 0 it has no direct map, 1 no table of that level, 2 a large page is in the way. */
export const EntryUnreachable = eventType('EntryUnreachable', 'vcpu', 'vaHi', 'vaLo', 'level', 'reason');
