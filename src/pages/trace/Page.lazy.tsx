import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';
import type { Controls } from '../../session/controls';
import { matches } from '../../session/keys';
import { Button } from '../../ui/Button';
import { PageHead } from '../../ui/PageHead';
import { Commands } from './Commands';
import { deskOf } from './deskOf';
import { Open } from './Open';
import { SAMPLES } from './samples';
import './page.css';

interface PageProps {
  readonly controls: Controls;
  readonly rest: string;
}

/** Bring your own trace: a recording of the kernel's, on the stage. */
export default function TracePage({ controls, rest }: PageProps) {
  const { session } = controls;
  const desk = deskOf(session);
  const phase = useStore(desk.store, (s) => s.phase);
  const main = useRef<HTMLElement>(null);
  const [failed, setFailed] = useState('');

  const openSample = (sample: (typeof SAMPLES)[number]): void => {
    const arrived = session.frames.begin('sample');
    setFailed('');
    sample
      .load()
      .then(({ default: text }) => desk.open(new Blob([text]), sample.name))
      .catch((error: unknown) =>
        setFailed(
          `The sample could not be fetched (${error instanceof Error ? error.message : String(error)}). Try again when there is a connection.`,
        ),
      )
      .finally(arrived);
  };

  const asked = SAMPLES.find(({ name }) => name === `${rest}.trace`);

  // `#/trace/two-vcpus` opens a sample, so that a lecturer can point at one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only where the address says so, once
  useEffect(() => {
    if (asked !== undefined && desk.state.name !== asked.name) openSample(asked);
  }, [rest]);

  // Keys belong to what the page shows: without this they would step the run that waits behind it.
  const onKeyDown = (event: KeyboardEvent): void => {
    if (phase !== 'open') return;
    const found = KEYS.find(([chord]) => matches(chord, event.nativeEvent));
    if (found === undefined) return;
    found[1](desk);
    event.preventDefault();
    event.stopPropagation();
  };
  useEffect(() => {
    if (phase === 'open') main.current?.focus({ preventScroll: true });
  }, [phase]);

  return (
    <main className="trace" ref={main} tabIndex={-1} onKeyDown={onKeyDown} aria-label="Traces">
      {phase === 'open' ? (
        <Open controls={controls} desk={desk} />
      ) : (
        <section className="trace-start">
          <PageHead title="Bring your own trace">
            A trace of a real KVM with shadow paging, as the kernel prints it: drop it anywhere on this page,
            and see its walks, shadow pages and sptes on the stage. The file stays on this machine.
          </PageHead>
          {phase === 'empty' && rest !== '' && asked === undefined && (
            <p className="trace-refused" role="alert">
              No sample here is called “{rest.slice(0, 60)}”. Choose one below, or open a trace of your own.
            </p>
          )}
          {phase === 'reading' && <Reading controls={controls} />}
          {phase === 'refused' && <Refused controls={controls} />}
          {failed !== '' && (
            <p className="trace-refused" role="alert">
              {failed}
            </p>
          )}
          {phase !== 'reading' && (
            <>
              <div className="trace-choose">
                <FileButton controls={controls} />
                <h2>Or open a sample</h2>
                <ul>
                  {SAMPLES.map((sample) => (
                    <li key={sample.name}>
                      <Button look="outline" onClick={() => openSample(sample)}>
                        {sample.title}
                      </Button>
                      <span>{sample.about}</span>
                    </li>
                  ))}
                </ul>
              </div>
              {phase === 'empty' && (
                <div className="trace-record">
                  <h2>How to record one</h2>
                  <p>
                    On the host, as root, while the guest runs with shadow paging (kvm_amd npt=0 or kvm_intel
                    ept=0):
                  </p>
                  <Commands controls={controls} />
                </div>
              )}
            </>
          )}
        </section>
      )}
    </main>
  );
}

const KEYS: readonly (readonly [chord: string, go: (desk: ReturnType<typeof deskOf>) => void])[] = [
  ['ArrowRight', (desk) => desk.step(1)],
  ['ArrowLeft', (desk) => desk.step(-1)],
  ['Shift+ArrowRight', (desk) => void desk.seek('entry', true)],
  ['Shift+ArrowLeft', (desk) => void desk.seek('entry', false)],
  ['PageDown', (desk) => desk.step(20)],
  ['PageUp', (desk) => desk.step(-20)],
  ['Home', (desk) => desk.go(0)],
  ['End', (desk) => desk.go(Number.MAX_SAFE_INTEGER)],
  ['f', (desk) => void desk.seek('fault', true)],
  ['Shift+f', (desk) => void desk.seek('fault', false)],
];

function FileButton({ controls }: { readonly controls: Controls }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button look="strong" onClick={() => input.current?.click()}>
        Open a trace…
      </Button>
      <input
        ref={input}
        type="file"
        className="trace-file"
        aria-label="Trace file"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.target.files?.[0];
          if (file !== undefined) deskOf(controls.session).open(file, file.name);
          event.target.value = '';
        }}
      />
    </>
  );
}

function Reading({ controls }: { readonly controls: Controls }) {
  const desk = deskOf(controls.session);
  const { name, done } = useStore(desk.store);
  return (
    <div className="trace-reading" role="status">
      <p>Reading {name}</p>
      <progress max={1} value={done} aria-label={`Reading ${name}`} />
      <Button look="outline" onClick={() => desk.cancel()}>
        Cancel
      </Button>
    </div>
  );
}

function Refused({ controls }: { readonly controls: Controls }) {
  const { why, commands } = useStore(deskOf(controls.session).store);
  return (
    <div className="trace-refused" role="alert">
      <p>{why}</p>
      {commands.length > 0 && <Commands controls={controls} />}
    </div>
  );
}
