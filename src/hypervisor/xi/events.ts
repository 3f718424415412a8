import { eventType } from '../../kernel';

/**
 * What XI does, by the sheet's names (section 10). A kit is the number of an SPTI; `kit` and `index` together name a shadow entry
 * and the backlink beside it. Guest pages are guest frame numbers.
 */
/** A kit is bound to a guest table of a level. quadrant: 0 to 3 for a 32-bit guest's; 4: no guest table stands behind it, gfn is where the large page begins. */
export const SptiAlloc = eventType('SptiAlloc', 'kit', 'gfn', 'level', 'quadrant');
/** Pages of a kit are zeroed because somebody waits for it. */
export const PageZero = eventType('PageZero', 'kit', 'pages');
/** The same, ahead of time, by an idle processor. */
export const IdleZero = eventType('IdleZero', 'kit', 'pages');
export const SptiRecycle = eventType('SptiRecycle', 'kit', 'gfn', 'level');
export const GptMark = eventType('GptMark', 'gfn');
export const GptUnmark = eventType('GptUnmark', 'gfn');
/** what: 1 a page, 2 a large page, 3 a shadow table. target: a guest frame, or a kit. mfn: the frame the entry names. */
export const SpteSet = eventType('SpteSet', 'kit', 'index', 'what', 'target', 'mfn', 'writable');
export const SpteClear = eventType('SpteClear', 'kit', 'index');
export const SpteWrprot = eventType('SpteWrprot', 'kit', 'index', 'gfn');
export const SpteGrantW = eventType('SpteGrantW', 'kit', 'index', 'gfn');
/** chain: 1 of a guest page, 2 parents of an SPTI. of: the guest frame, or the kit. */
export const BlInsert = eventType('BlInsert', 'kit', 'index', 'chain', 'of');
/** touched: neighbours whose links were changed, 0 to 2. */
export const BlRemove = eventType('BlRemove', 'kit', 'index', 'chain', 'of', 'touched');
export const ChainWalk = eventType('ChainWalk', 'gfn', 'visited');
/** found: mappings of the page among the entries read. */
export const LinearScan = eventType('LinearScan', 'gfn', 'entries', 'found');
/** An entry of the page's chain is visited. hit: 1 if it was changed. */
export const BlVisit = eventType('BlVisit', 'kit', 'index', 'gfn', 'hit');
/** An entry is read by a linear search. hit: 1 if it maps the page. */
export const LinearRead = eventType('LinearRead', 'kit', 'index', 'gfn', 'hit');
export const LpDivide = eventType('LpDivide', 'kit', 'index', 'gfn');
export const OosOpen = eventType('OosOpen', 'gfn');
export const ResyncBegin = eventType('ResyncBegin', 'gfn');
/** An entry of a guest table differs from its snapshot: guest index. */
export const ResyncEntry = eventType('ResyncEntry', 'kit', 'index');
export const ResyncEnd = eventType('ResyncEnd', 'gfn', 'compared', 'differing');
export const LogdirtyOn = eventType('LogdirtyOn', 'visited');
export const DirtySet = eventType('DirtySet', 'gfn');
export const Invld = eventType('Invld', 'gfn', 'oldMfn', 'newMfn');
/** The TLBs of all vCPUs of a domain are flushed: once per round of interrupts. */
export const XiTlbFlush = eventType('XiTlbFlush', 'domain');
/** The reservation is made: pages, and kits that they hold. */
export const XiReserved = eventType('XiReserved', 'domain', 'pages', 'kits');
/** A row of the decision table for page faults (sheet 6) that has decided something. */
export const DecisionRow = eventType('DecisionRow', 'vcpu', 'row');
/** XI has performed an instruction for the guest; gfn: the first page it touched. */
export const XiEmulated = eventType('XiEmulated', 'vcpu', 'gfn');
/** A page that a read-and-clear of the dirty log gave out. */
export const DirtyRead = eventType('DirtyRead', 'gfn');
/** Frames given out by one read-and-clear. */
export const DirtyRound = eventType('DirtyRound', 'pages');
export const LogdirtyOff = eventType('LogdirtyOff');
/** A snapshot from a pool of its own is attached to a shadow whose table is opened. */
export const XiSnapshotTaken = eventType('XiSnapshotTaken', 'kit');
