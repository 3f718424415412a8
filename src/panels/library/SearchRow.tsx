import { Button } from '../../ui/Button';
import './panel.css';
import { LEVELS } from './search';

interface SearchRowProps {
  readonly wanted: string;
  readonly onWanted: (wanted: string) => void;
  /** Nothing: for anybody. */
  readonly level: string | undefined;
  readonly onLevel: (level: string | undefined) => void;
}

/** Looking for a scenario by words and by level. */
export function SearchRow({ wanted, onWanted, level, onLevel }: SearchRowProps) {
  return (
    <div className="library-choose">
      <input
        type="search"
        data-first
        className="library-search"
        aria-label="Search the library"
        placeholder="Search by word"
        value={wanted}
        onChange={(event) => onWanted(event.target.value)}
      />
      <fieldset className="library-levels" aria-label="For whom">
        {[undefined, ...LEVELS].map((one) => (
          <Button key={one ?? 'all'} look="outline" aria-pressed={level === one} onClick={() => onLevel(one)}>
            {one ?? 'all'}
          </Button>
        ))}
      </fieldset>
    </div>
  );
}
