import type { Explored } from '../../session/racing/opening';
import { mustHold } from '../../session/racing/page';

/** What was explored and what was asked of it: shown where nothing is broken, for a verdict is worth what it is about. */
export function Asked({ explored }: { readonly explored: Explored }) {
  const { spec, removed } = explored;
  const who = [...spec.programs.map((_, v) => `vCPU ${v}`), 'the host'];
  return (
    <div className="race-holds">
      <h3>What ran, in every order</h3>
      <dl>
        {spec.sources.flatMap((ops, actor) =>
          ops.length === 0
            ? []
            : [
                <Fact
                  key={who[actor]}
                  name={who[actor] ?? ''}
                  value={ops.map(({ text }) => text).join('; ')}
                />,
              ],
        )}
        {spec.machine.storeBufferDepth > 0 && (
          <Fact name="stores" value={`up to ${spec.machine.storeBufferDepth} wait in each vCPU’s buffer`} />
        )}
        {removed.length > 0 && <Fact name="without" value={removed.join(', ')} />}
      </dl>
      <h3>What must always hold</h3>
      <dl>
        {mustHold(explored).map(({ name, says }) => (
          <Fact key={name} name={name} value={says} />
        ))}
      </dl>
    </div>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
