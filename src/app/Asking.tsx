import { useStore } from 'zustand';
import type { Controls } from '../session/controls';
import { Button } from '../ui/Button';
import { Fetched } from '../ui/Fetched';
import { Guarded } from './Guarded';

const loadQuestion = () => import('../panels/question/QuestionPanel.lazy');

const OFFERS = [
  { id: 'ask-me', label: 'Ask me', tip: 'A question about this moment, graded by the run  (q)' },
  { id: 'hypervisor', label: 'Be the hypervisor', tip: 'Decide in its place, one step after the other  (h)' },
  { id: 'why-not', label: 'Why not?', tip: 'What did not happen here, and what kept it from happening  (n)' },
];

/** What the person is asked, and asks; before there is something, what can be asked. */
export function Asking({ controls }: { readonly controls: Controls }) {
  const asking = useStore(controls.session.store, (s) => s.asking);
  const furnished = useStore(controls.session.store, (s) => s.furnished);
  if (!furnished) return null;
  const busy = asking !== undefined && (asking.current !== undefined || asking.whyNot);
  if (!busy)
    return (
      <div className="asking" role="toolbar" aria-label="Questions">
        {OFFERS.map(({ id, label, tip }) => (
          <Button key={id} look="outline" data-tip={tip} onClick={() => controls.execute(id)}>
            {label}
          </Button>
        ))}
      </div>
    );
  return (
    <Guarded name="question">
      <Fetched load={loadQuestion} props={{ controls }} frames={controls.session.frames} />
    </Guarded>
  );
}
