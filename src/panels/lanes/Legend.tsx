import './legend.css';

/** What runs, by the colour of its ticks. */
export const LANE_KINDS = [
  ['guest', 'guest'],
  ['walk', 'page walk'],
  ['hypervisor', 'hypervisor'],
  ['resync', 'resync'],
  ['drain', 'store reaches memory'],
] as const;

export type LaneKind = (typeof LANE_KINDS)[number][0];

/** A tick's colour, beside a word that says what it stands for. */
export const LaneKey = ({ kind }: { readonly kind: LaneKind }) => (
  <span className={`lanes-key is-${kind}`} aria-hidden="true" />
);

/** What the colours of the lanes mean. */
export function Legend({ shows }: { readonly shows: (kind: LaneKind) => boolean }) {
  return (
    <ul className="lanes-legend" aria-label="Colours">
      {LANE_KINDS.filter(([kind]) => shows(kind)).map(([kind, name]) => (
        <li key={kind}>
          <LaneKey kind={kind} />
          {name}
        </li>
      ))}
    </ul>
  );
}
