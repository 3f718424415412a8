import { useEffect, useMemo, useRef } from 'react';
import { assertNever } from '../../base';
import type { Controls } from '../../session/controls';
import { AnswerView } from './AnswerView';
import { placeOf, restOf } from './address';
import { Chooser } from './Chooser';
import { ClassView } from './ClassView';
import { KeySheet } from './KeySheet';
import { Sheet } from './Sheet';
import { StaffView } from './StaffView';
import './homework.css';
import './print.css';

interface HomeworkProps {
  readonly controls: Controls;
  readonly rest: string;
}

/** Sheets of exercises, their keys, and questions in class: which of them, the address says. */
export default function Homework({ controls, rest }: HomeworkProps) {
  const top = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address is another sheet
  useEffect(() => {
    // Not its value: newer browsers give a promise, which React would take for the way to clean up.
    top.current?.scrollTo(0, 0);
  }, [rest]);
  return (
    <main className="homework" ref={top}>
      <div className="homework-page">
        <Shown controls={controls} rest={rest} />
      </div>
    </main>
  );
}

function Shown({ controls, rest }: HomeworkProps) {
  const place = useMemo(() => placeOf(rest), [rest]);
  if (place.kind === 'error')
    return (
      <>
        <p role="alert" className="homework-wrong">
          This address names no sheet. {place.error}
        </p>
        <Chooser controls={controls} />
      </>
    );
  const { value } = place;
  // What was typed belongs to one address: another one starts anew.
  const key = restOf(value);
  switch (value.kind) {
    case 'choose':
      return <Chooser controls={controls} />;
    case 'sheet':
      return <Sheet key={key} controls={controls} sheet={value.sheet} checks={value.checks} />;
    case 'key':
      return <KeySheet key={key} controls={controls} sheet={value.sheet} />;
    case 'staff':
      return <StaffView key={key} controls={controls} sheet={value.sheet} />;
    case 'class':
      return <ClassView key={key} question={value.question} page={controls.host.address()} />;
    case 'answer':
      return <AnswerView key={key} question={value.question} />;
    default:
      return assertNever(value);
  }
}
