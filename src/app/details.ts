import type { Design } from '../hypervisor';
import type { Tab } from '../ui/Tabs';

/**
 * Panels that look into a hypervisor's own structures, each a tab beside what happens now. A design names those that show
 * it; they are fetched together when the first one is wanted. Here are those of the design of the first picture.
 */
const FIRST: readonly Tab[] = [
  { id: 'vcpus', label: 'vCPUs' },
  { id: 'pool', label: 'Pool' },
  { id: 'removal', label: 'Search' },
  { id: 'events', label: 'Events' },
];

let later: readonly Tab[] = [];

/** Names the panels of designs that arrive after the first picture. */
export const supplyTabs = (tabs: readonly Tab[]): void => {
  later = tabs;
};

export const detailTabs = (design: Design | undefined): readonly Tab[] =>
  [...FIRST, ...later].filter(({ id }) => design?.panels.includes(id));

export const loadDetails = () => import('./Details.lazy');
