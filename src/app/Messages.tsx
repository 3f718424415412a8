import { useStore } from 'zustand';
import type { Controls } from '../session/controls';
import { Banner } from '../ui/Banner';

/** What the page has to say, until it is read away or the next move is made. */
export function Messages({ controls }: { readonly controls: Controls }) {
  const { session } = controls;
  const messages = useStore(session.store, (s) => s.messages);
  if (messages.length === 0) return null;
  return (
    <div className="messages" data-layer="overlay">
      {messages.map((message) => (
        <Banner key={message.id} tone={message.tone} onClose={() => session.dismiss(message.id)}>
          {message.text}
        </Banner>
      ))}
    </div>
  );
}
