import type { SceneSource } from './source';

/** No hypervisor: the guest's tables are what the processor walks, and they have the stage to themselves. */
export const guestAlone = (design: string, note: string): SceneSource => ({
  design,
  facts: () => ({
    shadows: [],
    derivations: [],
    penumbra: [],
    words: undefined,
    fixups: [],
    fixupNote: '',
    notes: new Map(),
    outOfSync: new Set(),
    access: () => 'none',
    alone: true,
    note,
  }),
  motion: () => undefined,
});

export const nativeSource = guestAlone(
  'native',
  'There is no hypervisor here: the processor walks the guest’s tables themselves, and nothing has to be kept in step with them.',
);
