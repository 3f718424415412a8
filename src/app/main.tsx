import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../ui/fonts.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with id "root"; the page cannot be drawn.');

createRoot(root).render(
  <StrictMode>
    <main>
      <h1>Shadowscope</h1>
    </main>
  </StrictMode>,
);
