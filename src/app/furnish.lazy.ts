import { designs } from '../hypervisor';
import { FIRST, LIBRARY } from '../library';
import { followAsks } from '../session/asking/asking';
import { laterCommands } from '../session/commands/later';
import type { Controls } from '../session/controls';
import { keepDraftsAside } from '../session/draftAside';
import { compileText } from '../session/reading';
import { conceal } from '../views/scene/conceal';
import { kvmSource } from '../views/scene/sources/kvm/source';
import { nestedSource } from '../views/scene/sources/nested/source';
import { paravirtSource } from '../views/scene/sources/paravirt/source';
import { supplySource } from '../views/scene/sources/registry';
import { xiSource } from '../views/scene/sources/xi/source';
import { supplyVeil } from '../views/scene/veil';
import { supplyTabs } from './details';
import { listenForDrops } from './dropping';
import { exportCommands } from './exporting/commands';
import { LATER_TABS } from './laterTabs';
import { offlineCommands } from './offline/commands';
import { embedded } from './platform';
import { presenterCommands } from './presenting/commands';
import { followAddress } from './urlSync';

/**
 * Everything that the first picture can do without: the language, the library, all designs, links. Fetched right after it,
 * or before it where the address or a draft asks for something else.
 */
export function furnish(controls: Controls): void {
  supplySource(kvmSource);
  supplySource(nestedSource);
  supplySource(paravirtSource);
  supplySource(xiSource);
  supplyVeil(conceal);
  supplyTabs(LATER_TABS);
  const exports = exportCommands(controls);
  const presenting = presenterCommands(controls);
  const offline = offlineCommands(controls);
  controls.furnish(
    { compile: compileText, library: LIBRARY, designs: [...designs.values()], first: FIRST },
    (context) => [...laterCommands(context), ...exports(), ...presenting(), ...offline()],
  );
  followAsks(controls.session);
  keepDraftsAside(controls.session);
  listenForDrops(controls);
  followAddress(controls);
  // Built pages only: what is being worked on must not be kept. In a course page the full page may do it.
  if (import.meta.env.PROD && !embedded) {
    // When nothing else is to be done. Not every browser says when that is.
    const later = globalThis.requestIdleCallback ?? requestAnimationFrame;
    later(() => void import('./offline/register.lazy').then((it) => it.keepOffline(controls)));
  }
}
