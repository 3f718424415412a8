import type { Design } from '../hypervisor';
import type { Tab } from '../ui/Tabs';

/**
 * Panels that look into a hypervisor's own structures, each a tab beside what happens now. A design names those that show
 * it; they are fetched together when the first one is wanted.
 */
const DETAILS: readonly Tab[] = [
  { id: 'vcpus', label: 'vCPUs' },
  { id: 'pool', label: 'Pool' },
  { id: 'removal', label: 'Search' },
  { id: 'xiKits', label: 'Kits' },
  { id: 'xiFaults', label: 'Faults' },
  { id: 'figures', label: 'Cost' },
  { id: 'xiBeside', label: 'Compare' },
  { id: 'xiDebate', label: 'Debate' },
  { id: 'events', label: 'Events' },
  { id: 'kvmVcpus', label: 'vCPUs' },
  { id: 'kvmPages', label: 'Pages' },
  { id: 'kvmMemory', label: 'Memory' },
  { id: 'kvmTrace', label: 'Trace' },
];

export const detailTabs = (design: Design | undefined): readonly Tab[] =>
  DETAILS.filter(({ id }) => design?.panels.includes(id));

export const loadDetails = () => import('./Details.lazy');
