import type { Tab } from '../ui/Tabs';

/** Panels of designs that are fetched after the first picture: see `details.ts`. */
export const LATER_TABS: readonly Tab[] = [
  { id: 'recording', label: 'Recording' },
  { id: 'xiKits', label: 'Kits' },
  { id: 'xiFaults', label: 'Faults' },
  { id: 'figures', label: 'Cost' },
  { id: 'xiBeside', label: 'Compare' },
  { id: 'xiDebate', label: 'Debate' },
  { id: 'kvmVcpus', label: 'vCPUs' },
  { id: 'kvmPages', label: 'Pages' },
  { id: 'kvmMemory', label: 'Memory' },
  { id: 'kvmTrace', label: 'Trace' },
  { id: 'pvPrice', label: 'Price' },
];
