import { useState } from 'react';
import type { Controls } from '../../session/controls';
import { HOW_TO_RECORD } from '../../trace';
import { Button } from '../../ui/Button';

/** How a trace is recorded, to be copied into a shell. */
export function Commands({ controls }: { readonly controls: Controls }) {
  const [copied, setCopied] = useState(false);
  const text = HOW_TO_RECORD.join('\n');
  return (
    <div className="trace-commands">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{text}</pre>
      <Button look="outline" onClick={() => void controls.host.copy(text).then(setCopied)}>
        {copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  );
}
