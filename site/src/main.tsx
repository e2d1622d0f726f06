// Starts the page, and the service worker that keeps it for use without a network.

import { render } from 'preact';
import { App } from './app.js';
import './style.css';

render(<App />, document.getElementById('app') as HTMLElement);

// Only a build has the service worker.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  navigator.serviceWorker.register('./service-worker.js').catch((error: unknown) => {
    console.warn('The page will not work offline:', error);
  });
}
