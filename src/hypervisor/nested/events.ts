import { eventType } from '../../kernel';

/**
 * The processor reads an entry of the nested tables. sought: what the guest frame is wanted for: the guest's table of that level
 * (4 to 1), or 0 for the data itself.
 */
export const NestedEntryRead = eventType(
  'NestedEntryRead',
  'vcpu',
  'sought',
  'level',
  'frame',
  'index',
  'hi',
  'lo',
);
/** A and D as they stand in the nested entry afterwards, one bit each (1 and 2). */
export const NestedMarked = eventType('NestedMarked', 'vcpu', 'level', 'frame', 'index', 'bits');
/** A walk in both dimensions has come to its end: how many entries were read in each. */
export const WalkCounted = eventType('WalkCounted', 'vcpu', 'guestReads', 'nestedReads', 'reads');
/** An EPT violation, or nested page fault: the guest leaves the processor. access: 0 load, 1 store, 2 fetch; sought as above. */
export const NestedViolation = eventType('NestedViolation', 'vcpu', 'gfn', 'access', 'sought');
/** The hypervisor wrote a leaf of the nested tables. */
export const NestedMapped = eventType('NestedMapped', 'gfn', 'mfn', 'level', 'writable');
/** The hypervisor made a table of the nested tables. */
export const NestedTableMade = eventType('NestedTableMade', 'level', 'frame');
/** A page of the guest was written for the first time since its log was cleared. */
export const PageLogged = eventType('PageLogged', 'gfn');
/** The hypervisor puts another machine frame behind a guest frame. */
export const GuestFrameMoved = eventType('GuestFrameMoved', 'gfn', 'mfn');
/** Nothing is behind the guest frame: the access goes to a device. */
export const DeviceAccess = eventType('DeviceAccess', 'vcpu', 'gfn', 'access');
