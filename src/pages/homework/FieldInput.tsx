import { type Field, NONE, readAnswer, showItem } from '../../homework';

interface FieldInputProps {
  /** Unique on the page. */
  readonly id: string;
  readonly field: Field;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What explains the mark below it. */
  readonly describedBy?: string | undefined;
}

/** How an answer is given: written, chosen from a list, or ticked. Whatever the way, it is a text that an answers file can hold. */
export function FieldInput({ id, field, value, onChange, describedBy }: FieldInputProps) {
  const { type } = field;
  if (type.kind === 'choice')
    return (
      <>
        <select
          id={id}
          value={value}
          aria-describedby={describedBy}
          onChange={(e) => onChange(e.target.value)}
        >
          <option value="">…</option>
          {type.options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.says}
            </option>
          ))}
        </select>
        {/* Paper has no list to open. */}
        <span className="homework-paper" aria-hidden="true">
          {type.options.map(({ says }) => says).join(' / ')}
        </span>
      </>
    );
  const ticks = ticksOf(field);
  if (ticks !== undefined)
    return <Ticks id={id} ticks={ticks} value={value} onChange={onChange} describedBy={describedBy} />;
  return (
    <input
      id={id}
      type="text"
      value={value}
      placeholder={PLACEHOLDERS[type.kind]}
      aria-describedby={describedBy}
      autoComplete="off"
      autoCapitalize="off"
      spellCheck={false}
      onChange={(e) => onChange(e.target.value)}
    />
  );
}

const PLACEHOLDERS = {
  hex: '0x…',
  count: '…',
  set: '… … …',
  list: '… → … → …',
  bits: '',
} as const;

/** The things to tick, where the question lists them: as written, in their order. */
export function ticksOf({ type }: Field): readonly string[] | undefined {
  if (type.kind === 'bits') return type.names;
  if (type.kind === 'set' && type.from !== undefined) return type.from.map((one) => showItem(type.of, one));
  return undefined;
}

interface TicksProps extends Omit<FieldInputProps, 'field'> {
  readonly ticks: readonly string[];
}

/** "None" is an answer, and not the same as no answer. */
function Ticks({ id, ticks, value, onChange, describedBy }: TicksProps) {
  const on = new Set(value === '' || value === NONE ? [] : value.split(' '));
  const put = (name: string, wanted: boolean): void => {
    const now = ticks.filter((one) => (one === name ? wanted : on.has(one)));
    onChange(now.join(' '));
  };
  return (
    <span className="homework-ticks" id={id} aria-describedby={describedBy}>
      {ticks.map((name) => (
        <label key={name}>
          <input type="checkbox" checked={on.has(name)} onChange={(e) => put(name, e.target.checked)} />
          <span>{name}</span>
        </label>
      ))}
      <label>
        <input
          type="checkbox"
          checked={value === NONE}
          onChange={(e) => onChange(e.target.checked ? NONE : '')}
        />
        <span>none</span>
      </label>
    </span>
  );
}

/** What is wrong with the way an answer is written, while it is being written; undefined if nothing is. */
export function writtenWrong(field: Field, value: string): string | undefined {
  if (value.trim() === '') return undefined;
  const read = readAnswer(field.type, value);
  return read.kind === 'error' ? read.error : undefined;
}
