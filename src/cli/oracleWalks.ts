/** `npm run -s oracle:walks -- FILE... [--max N]`: replays recorded accesses on the machine model. */
import { checkWalk, parseWalkCase } from '../oracle';
import { replayFiles } from './replayFiles';

await replayFiles({
  name: 'oracle:walks',
  replay: (line) => {
    const parsed = parseWalkCase(line);
    if (parsed.kind === 'error') return { passed: false, says: [parsed.error] };
    const differences = checkWalk(parsed.value);
    return {
      passed: differences.length === 0,
      says: differences.map(
        ({ what, expected, got }) => `case ${parsed.value.id}, ${what}: expected ${expected}, got ${got}`,
      ),
    };
  },
});
