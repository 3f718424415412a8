/** `npm run -s oracle:xen -- FILE... [--max N]`: replays recorded cases of the real Xen on the design. */
import { checkXenCase, parseXenCase } from '../oracle/xen';
import { replayFiles } from './replayFiles';

await replayFiles({
  name: 'oracle:xen',
  replay: (line) => {
    const parsed = parseXenCase(line);
    if (parsed.kind === 'error') return { passed: false, says: [parsed.error] };
    const differences = checkXenCase(parsed.value);
    return {
      passed: differences.length === 0,
      says: differences.map(
        ({ where, what, expected, got }) =>
          `case ${parsed.value.name}, ${where}, ${what}: expected ${expected}, got ${got}`,
      ),
    };
  },
});
