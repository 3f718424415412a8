import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { focus } from '../../session/focusing';
import { memoryAt, type SlotView } from '../../views/kvm/memory';
import './panel.css';

/** The VM's memory slots with the host's pages behind them, and what the dirty log has. */
export function KvmMemoryPanel({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const cursor = useStore(session.store, (s) => s.cursor);
  useStore(session.store, (s) => s.version);
  const { run } = session;
  const memory = run === undefined ? undefined : memoryAt(run, cursor);
  if (memory === undefined) return null;
  return (
    <section className="kvm-memory stack" aria-label="Memory slots">
      <p>
        Frames in no slot are devices. Slot generation {memory.generation}: an MMIO spte of an older one is
        not believed. The host has taken pages away {memory.sequence} times.
      </p>
      {memory.slots.map((slot) => (
        <Slot key={slot.slot} slot={slot} choose={(entity) => focus(session, entity)} />
      ))}
    </section>
  );
}

/** Frames beyond this are counted, not named. */
const NAMED = 24;

function Slot({ slot, choose }: { readonly slot: SlotView; readonly choose: (entity: string) => void }) {
  const { range, backed, flags, dirty, host } = slot;
  return (
    <section aria-label={`Slot ${slot.slot}`}>
      <h2>
        Slot {slot.slot}: <code>{range}</code>
      </h2>
      <p>
        {backed}
        {flags.length > 0 && `, ${flags.join(', ')}`}
      </p>
      {dirty !== undefined && (
        <p className="kvm-memory-frames">
          {dirty.length === 0 ? 'Dirty log: empty' : 'Dirty log: '}
          {dirty.slice(0, NAMED).map(({ name, entity }) => (
            <button key={name} type="button" onClick={() => choose(entity)}>
              {name}
            </button>
          ))}
          {dirty.length > NAMED && `and ${dirty.length - NAMED} more`}
        </p>
      )}
      {host.length > 0 && (
        <p className="kvm-memory-frames">
          Host:{' '}
          {host.slice(0, NAMED).map(({ name, entity, says }) => (
            <button key={name} type="button" onClick={() => choose(entity)}>
              {name} {says}
            </button>
          ))}
          {host.length > NAMED && `and ${host.length - NAMED} more`}
        </p>
      )}
    </section>
  );
}
