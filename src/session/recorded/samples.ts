import { gunzipSync, strFromU8 } from 'fflate';
import type { Recordings } from '../../oracle/truth';

/** Fetches and unpacks the recorded samples that the page was built with. */
export async function fetchRecordings(): Promise<Recordings> {
  const { packed } = await import('virtual:recordings');
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  return JSON.parse(strFromU8(gunzipSync(bytes))) as Recordings;
}
