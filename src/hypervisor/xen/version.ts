import { VersionBumped } from './events';
import type { Xen } from './state';

/** gtable_dirty_version++: walks made before must be looked at again. Returns the new version. Two places do this (sheet 3.2). */
export function bumpVersion(x: Xen): number {
  const version = (x.domain.get('version') + 1) | 0;
  x.domain.set('version', version);
  x.world.emit(VersionBumped, version);
  return version;
}
