import { build, type Plugin } from 'vite';

/** A procedure to which a later version of the page has added a step, and the file it stands in. */
export interface Place {
  readonly file: string;
  readonly procedure: string;
}

/** Never on a stack of the scenario that the links are made from. */
export const ELSEWHERE: Place = { file: 'src/hypervisor/native/loadPdptes.ts', procedure: 'load_pdptes' };
/** Run, and ended, before the moment that the links lead to: every later step has another number. */
export const EARLIER: Place = { file: 'src/hypervisor/xen/oos/hashAdd.ts', procedure: 'oos_hash_add' };

const ADDED = `{
      label: 'added_later',
      line: 'nop',
      touch: 'private',
      run: () => undefined,
      say: 'This step does nothing. A later version of the page has it.',
    },`;

/**
 * What a later version of the page is to an old link: the same page with more steps in the tables. Its step tables have another
 * fingerprint, and all else must be as before.
 */
function extraSteps(places: readonly Place[]): Plugin {
  return {
    name: 'extra-steps',
    enforce: 'pre',
    transform(code, id) {
      const place = places.find(({ file }) => id.endsWith(file));
      if (place === undefined) return;
      const begins = code.indexOf(`name: '${place.procedure}'`);
      const steps = code.indexOf('steps: [', begins);
      if (begins < 0 || steps < 0)
        throw new Error(`${place.file} has no procedure ${place.procedure} with steps to add one to.`);
      const at = steps + 'steps: ['.length;
      return { code: `${code.slice(0, at)}\n    ${ADDED}${code.slice(at)}`, map: null };
    },
  };
}

/** Builds the page with one step more at each place into a folder. */
export async function buildWithExtraSteps(places: readonly Place[], outDir: string): Promise<void> {
  await build({ plugins: [extraSteps(places)], logLevel: 'error', build: { outDir, emptyOutDir: true } });
}
