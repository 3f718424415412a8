import type { Bench } from './bench';
import { firstLoad } from './benches/firstLoad';

/** Every bench, in the order in which they run. A new one is a file in `benches/` and a row here. */
export const BENCHES: readonly Bench[] = [firstLoad];
