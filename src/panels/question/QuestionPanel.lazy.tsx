import { useStore } from 'zustand';
import { currentItem, NOTHING_ASKED } from '../../session/asking/state';
import type { Controls } from '../../session/controls';
import { Card } from './Card';
import './panel.css';
import { WhyNot } from './WhyNot';

/** What the person is asked, beside the caption; and what the person asks: why not? */
export default function QuestionPanel({ controls }: { readonly controls: Controls }) {
  const asking = useStore(controls.session.store, (s) => s.asking) ?? NOTHING_ASKED;
  const item = currentItem(asking);
  return (
    <>
      {item !== undefined && <Card key={item.id} controls={controls} item={item} asking={asking} />}
      {asking.whyNot && <WhyNot controls={controls} missing={asking.missing} />}
    </>
  );
}
