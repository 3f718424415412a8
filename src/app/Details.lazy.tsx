import { ChosenPanel } from '../panels/chosen/Panel';
import { EventsPanel } from '../panels/events/Panel';
import { FiguresPanel } from '../panels/figures/Panel';
import { PoolPanel } from '../panels/pool/Panel';
import { RemovalPanel } from '../panels/removal/Panel';
import { SetupPanel } from '../panels/setup/Panel';
import { VcpusPanel } from '../panels/vcpus/Panel';
import type { Controls } from '../session/controls';

interface DetailsProps {
  readonly controls: Controls;
  /** Which one: an id of `details.ts`, `chosen`, or `setup`. */
  readonly part: string;
}

/** What the first picture does without: settings explained, and what looks into a hypervisor's own structures. */
export default function Details({ controls, part }: DetailsProps) {
  switch (part) {
    case 'chosen':
      return <ChosenPanel controls={controls} />;
    case 'vcpus':
      return <VcpusPanel controls={controls} />;
    case 'pool':
      return <PoolPanel controls={controls} />;
    case 'removal':
      return <RemovalPanel controls={controls} />;
    case 'setup':
      return <SetupPanel controls={controls} />;
    case 'figures':
      return <FiguresPanel />;
    case 'events':
      return <EventsPanel controls={controls} />;
    default:
      return null;
  }
}
