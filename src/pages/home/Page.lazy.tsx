import type { Controls } from '../../session/controls';
import { HOME_LEAD } from '../../session/homeLead';
import { Example } from './Example';
import { Shelves } from './Shelves';
import { StartHere } from './StartHere';
import { OtherPages, WaysIn } from './WaysIn';
import './home.css';

/** What a bare visit shows: what this is, an example already moving, and where to begin. */
export default function Home({ controls }: { readonly controls: Controls }) {
  return (
    <main className="home">
      <div className="home-hero">
        <p className="home-lead">{HOME_LEAD}</p>
        <Example controls={controls} />
        <StartHere controls={controls} />
      </div>
      <WaysIn controls={controls} />
      <Shelves controls={controls} />
      <OtherPages />
    </main>
  );
}
