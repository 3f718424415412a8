import type { Controls } from '../../session/controls';
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
        <div className="home-what">
          <p className="home-lead">
            A hypervisor keeps page tables of its own, the shadow, and the processor walks those instead of
            the guest’s. Shadowscope runs real page tables, four historical designs and nested paging in this
            page, so that you can watch every step, take it back, change the order of the processors, and see
            what breaks.
          </p>
          <StartHere controls={controls} />
        </div>
        <Example controls={controls} />
      </div>
      <WaysIn controls={controls} />
      <Shelves controls={controls} />
      <OtherPages />
    </main>
  );
}
