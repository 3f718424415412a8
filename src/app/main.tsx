import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../ui/fonts.css';
import '../ui/tokens.css';
import '../ui/base.css';
import { App } from './App';
import { boot } from './boot';
import { Guarded } from './Guarded';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with id "root"; the page cannot be drawn.');

createRoot(root).render(
  <StrictMode>
    <Guarded name="page">
      <App controls={boot()} />
    </Guarded>
  </StrictMode>,
);
