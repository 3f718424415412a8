import { defined } from '../../base';
import { type Design, designs } from '../../hypervisor';

/** What is driven. */
export const design: Design = defined(designs.get('xen'), 'the design xen');
