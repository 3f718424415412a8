/** `npm run -s oracle:kvm -- FILE... [--max N] [--notes]`: replays recorded cases of the real KVM on the design. */
import type { Difference } from '../oracle/difference';
import { checkKvmCase, parseKvmCase } from '../oracle/kvm';
import { replayFiles } from './replayFiles';

await replayFiles({
  name: 'oracle:kvm',
  notes: true,
  replay: (line, wantsNotes) => {
    const parsed = parseKvmCase(line);
    if (parsed.kind === 'error') return { passed: false, says: [parsed.error] };
    const { differences, notes } = checkKvmCase(parsed.value);
    const say = ({ where, what, expected, got }: Difference): string =>
      `case ${parsed.value.name}, ${where}, ${what}: expected ${expected}, got ${got}`;
    return {
      passed: differences.length === 0,
      says: [...differences.map(say), ...(wantsNotes ? notes.map((note) => `note: ${say(note)}`) : [])],
    };
  },
});
