import { eventType } from './event';

/**
 * "The value now in cell `to` was made from the one in cell `from`": emitted beside the write itself, so that "why is this
 * bit so?" can follow a value back through copies (guest entry, snapshot, shadow entry).
 */
export const Derived = eventType('Derived', 'to', 'from');
