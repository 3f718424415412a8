import { build, type Plugin } from 'vite';

/** Where a step is added, and how the procedure begins there. */
const PLACES: readonly { readonly file: string; readonly procedure: string }[] = [
  // Never on a stack of the scenarios that the links are made from.
  { file: 'src/hypervisor/native/loadPdptes.ts', procedure: 'load_pdptes' },
];

const ADDED = `{
      label: 'added_later',
      line: 'nop',
      touch: 'private',
      run: () => undefined,
      say: 'This step does nothing. A later version of the page has it.',
    },`;

/**
 * What a later version of the page is to an old link: the same page with one more step in the tables. Its step tables have
 * another fingerprint, and all else must be as before.
 */
function extraStep(): Plugin {
  return {
    name: 'extra-step',
    enforce: 'pre',
    transform(code, id) {
      const place = PLACES.find(({ file }) => id.endsWith(file));
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

/** Builds the page with a step more into a folder. */
export async function buildWithExtraStep(outDir: string): Promise<void> {
  await build({ plugins: [extraStep()], logLevel: 'error', build: { outDir, emptyOutDir: true } });
}
