import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { Badge } from '../../ui/Badge';
import { Origin } from '../../ui/Origin';
import { LEDGER, MISREADINGS, QUESTIONS, type Question } from '../../views/xi/debate';
import { certainty, type Tag } from '../../views/xi/tags';
import { Setting } from './Setting';
import './panel.css';

/** The mails of July 2006 as a story in two columns, with what each answer costs counted on the run on stage. */
export function XiDebatePanel({ controls }: { readonly controls: Controls }) {
  useStore(controls.session.store, (s) => s.version);
  return (
    <section className="debate stack" aria-label="The debate">
      <p>
        July 2006, the list xen-devel: hanzhu asks what XI’s tables cost; Robert Phillips, who made XI at
        Virtual Iron, answers. Each question can be tried on what is on stage.
      </p>
      {QUESTIONS.map((question) => (
        <One key={question.id} controls={controls} question={question} />
      ))}
      <section aria-label="What is known">
        <h2>What is known of XI</h2>
        <dl className="debate-ledger">
          {LEDGER.map(({ tag, what }) => (
            <div key={tag}>
              <dt>
                <Sure tag={tag} />
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section aria-label="Misreadings">
        <h2>Misreadings to avoid</h2>
        <dl className="debate-misread">
          {MISREADINGS.map(({ read, right }) => (
            <div key={read}>
              <dt>{read}</dt>
              <dd>{right}</dd>
            </div>
          ))}
        </dl>
      </section>
    </section>
  );
}

function Sure({ tag }: { readonly tag: Tag }) {
  const { text, says, tone } = certainty(tag);
  return <Badge text={text} tip={says} tone={tone} />;
}

function One({ controls, question }: { readonly controls: Controls; readonly question: Question }) {
  const { hanzhu, phillips, later } = question;
  return (
    <article aria-label={question.question}>
      <h2>{question.question}</h2>
      <div className="debate-two">
        <div className="debate-voice">
          <h3>hanzhu {hanzhu !== undefined && <Sure tag={hanzhu.tag} />}</h3>
          <p>{hanzhu?.words ?? 'Does not ask.'}</p>
        </div>
        <div className="debate-voice">
          <h3>
            Phillips <Sure tag={phillips.tag} />
          </h3>
          <p>{phillips.words}</p>
        </div>
      </div>
      <p className="debate-later">
        <b>Later:</b> {later.words} <Sure tag={later.tag} />{' '}
        {later.source !== undefined && <Origin words={later.source} />}
      </p>
      {question.settings.map((setting) => (
        <Setting key={setting.label} controls={controls} setting={setting} />
      ))}
    </article>
  );
}
