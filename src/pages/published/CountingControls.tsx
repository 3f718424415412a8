import { sentence } from '../../base';
import { type LabConfig, printConfig } from '../../lab';
import { Button } from '../../ui/Button';
import type { Counting } from './counting';

interface CountingControlsProps {
  /** What is counted, for those who listen. */
  readonly of: string;
  /** What the button that begins it says. */
  readonly ask: string;
  readonly runs: readonly LabConfig[];
  readonly counting: Counting;
}

/** Begins a row of runs, says how far it has come, ends it. */
export function CountingControls({ of, ask, runs, counting }: CountingControlsProps) {
  const { results, progress, failed, start, cancel } = counting;
  const counted = runs.every((run) => results.has(printConfig(run)));
  return (
    <div className="published-do">
      {progress === undefined && !counted && (
        <Button look="strong" onClick={() => start()}>
          {ask}
        </Button>
      )}
      {progress !== undefined && (
        <>
          <Button look="outline" onClick={cancel}>
            Cancel
          </Button>
          <progress aria-label={`Runs of ${of}`} max={1} value={progress.share} />
        </>
      )}
      <p role="status">
        {progress !== undefined && `Run ${progress.done + 1} of ${progress.of}.`}
        {progress === undefined && counted && 'Counted in this visit.'}
        {failed !== undefined && `It could not be counted. ${sentence(failed)}`}
      </p>
    </div>
  );
}
