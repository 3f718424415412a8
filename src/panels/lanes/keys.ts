import type { Controls } from '../../session/controls';
import { goTo } from '../../session/stepping';
import { revealing, type Span, zoomed } from '../../views/lanes';

/** Keys of the scrubber. True when the key was one of them. */
export function trackKey(
  controls: Controls,
  span: Span,
  onSpan: (span: Span) => void,
  key: string,
  shift: boolean,
): boolean {
  const { session } = controls;
  const { cursor, length } = session.state;
  const page = Math.max(1, Math.round((span.to - span.from) / 10));
  const zoom = (factor: number): true => {
    onSpan(revealing(zoomed(span, length, factor, cursor), length, cursor));
    return true;
  };
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      controls.execute(shift ? 'step-forward' : 'beat-forward');
      return true;
    case 'ArrowLeft':
    case 'ArrowDown':
      controls.execute(shift ? 'step-back' : 'beat-back');
      return true;
    case 'PageUp':
      goTo(session, cursor + page);
      return true;
    case 'PageDown':
      goTo(session, cursor - page);
      return true;
    case 'Home':
      goTo(session, 0);
      return true;
    case 'End':
      goTo(session, length);
      return true;
    case '+':
    case '=':
      return zoom(0.5);
    case '-':
      return zoom(2);
    default:
      return false;
  }
}
