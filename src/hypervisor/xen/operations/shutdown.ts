import { procedure, slots } from '../../../kernel';
import { DomainShutDown } from '../events';
import type { Xen } from '../state';

/**
 * domain_shutdown: from here on the guest's tables may be in memory that serves other ends already, so a fault installs nothing
 * any more: the handler gets out after its walk. Source: sheet 2.3, step 8.
 */
export const domainShutdown = procedure<Xen>({
  name: 'domain_shutdown',
  part: 'xen',
  lane: 'hypervisor',
  about: 'The domain is going down: no fault of it is fixed any more.',
  slots: slots(),
  steps: [
    {
      label: 'mark',
      line: 'domain_shutdown(d): d->is_shutting_down = 1',
      touch: 'racy',
      beat: true,
      run: (t, x) => {
        x.domain.set('shuttingDown', 1);
        x.world.emit(DomainShutDown);
        t.ret();
      },
      say: 'The domain is shutting down. What is shadowed stays so; nothing is added to it.',
    },
  ],
});
