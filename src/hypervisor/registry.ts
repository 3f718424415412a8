import type { Design } from './design';
import { kvm } from './kvm/design';
import { native } from './native/design';
import { nested } from './nested/design';
import { paravirt } from './paravirt/design';
import { skeleton } from './skeleton/design';
import { wholeXen } from './xen/whole';
import { xi } from './xi/design';

/** Every design, by the name that scenarios use. A new design is one folder and one row here. */
export const designs: ReadonlyMap<string, Design> = new Map(
  [native, skeleton, wholeXen, kvm, nested, paravirt, xi].map((design) => [design.name, design]),
);
