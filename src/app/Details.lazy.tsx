import { ChosenPanel } from '../panels/chosen/Panel';
import { EventsPanel } from '../panels/events/Panel';
import { FiguresPanel } from '../panels/figures/Panel';
import { KvmChosenPanel } from '../panels/kvmChosen/Panel';
import { KvmMemoryPanel } from '../panels/kvmMemory/Panel';
import { KvmPagesPanel } from '../panels/kvmPages/Panel';
import { KvmTracePanel } from '../panels/kvmTrace/Panel';
import { KvmVcpusPanel } from '../panels/kvmVcpus/Panel';
import { PoolPanel } from '../panels/pool/Panel';
import { PvPricePanel } from '../panels/pvPrice/Panel';
import { RecordingPanel } from '../panels/recording/Panel';
import { RemovalPanel } from '../panels/removal/Panel';
import { SetupPanel } from '../panels/setup/Panel';
import { VcpusPanel } from '../panels/vcpus/Panel';
import { XiBesidePanel } from '../panels/xiBeside/Panel';
import { XiChosenPanel } from '../panels/xiChosen/Panel';
import { XiDebatePanel } from '../panels/xiDebate/Panel';
import { XiFaultsPanel } from '../panels/xiFaults/Panel';
import { XiKitsPanel } from '../panels/xiKits/Panel';
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
      return <Chosen controls={controls} />;
    case 'recording':
      return <RecordingPanel controls={controls} />;
    case 'vcpus':
      return <VcpusPanel controls={controls} />;
    case 'pool':
      return <PoolPanel controls={controls} />;
    case 'removal':
      return <RemovalPanel controls={controls} />;
    case 'setup':
      return <SetupPanel controls={controls} />;
    case 'figures':
      return <FiguresPanel controls={controls} />;
    case 'events':
      return <EventsPanel controls={controls} />;
    case 'kvmVcpus':
      return <KvmVcpusPanel controls={controls} />;
    case 'kvmPages':
      return <KvmPagesPanel controls={controls} />;
    case 'kvmMemory':
      return <KvmMemoryPanel controls={controls} />;
    case 'kvmTrace':
      return <KvmTracePanel controls={controls} />;
    case 'pvPrice':
      return <PvPricePanel controls={controls} />;
    case 'xiKits':
      return <XiKitsPanel controls={controls} />;
    case 'xiFaults':
      return <XiFaultsPanel controls={controls} />;
    case 'xiBeside':
      return <XiBesidePanel controls={controls} />;
    case 'xiDebate':
      return <XiDebatePanel controls={controls} />;
    default:
      return null;
  }
}

/** Each design keeps other books. */
function Chosen({ controls }: { readonly controls: Controls }) {
  switch (controls.session.runs?.design.name) {
    case 'kvm':
      return <KvmChosenPanel controls={controls} />;
    case 'xi':
      return <XiChosenPanel controls={controls} />;
    default:
      return <ChosenPanel controls={controls} />;
  }
}
