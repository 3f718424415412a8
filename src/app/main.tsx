import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../ui/fonts.css';
import '../ui/tokens.css';
import '../ui/base.css';
import { Fetched } from '../ui/Fetched';
import { App } from './App';
import { boot } from './boot';
import { Guarded } from './Guarded';
import { embedded } from './platform';

const loadEmbed = () => import('./embed/EmbedApp.lazy');

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with id "root"; the page cannot be drawn.');

const controls = boot();

createRoot(root).render(
  <StrictMode>
    <Guarded name="page">
      {embedded ? (
        <Fetched load={loadEmbed} props={{ controls }} frames={controls.session.frames} />
      ) : (
        <App controls={controls} />
      )}
    </Guarded>
  </StrictMode>,
);
