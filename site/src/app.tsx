// The page: its head, the choice of a mode, and the view of the mode.

import { useAddress } from './address.js';
import { GridView } from './grid-view.js';
import { PictureView } from './picture-view.js';
import { type Mode, toAddress } from './state.js';
import { usePicture } from './use-picture.js';

const modes: Readonly<Record<Mode, { readonly name: string; readonly about: string }>> = {
  picture: { name: 'Picture', about: 'Pool a picture, and see which pixels an output depends on.' },
  grid: { name: 'Grid', about: 'Move a window over 36 numbers, and see what its divisor counts.' },
};

export function App() {
  const { mode, settings, notice, change } = useAddress();
  const source = usePicture(mode === 'picture');
  return (
    <>
      <header class="head">
        <h1>avgpool</h1>
        <nav aria-label="Modes">
          {(Object.keys(modes) as Mode[]).map((name) => (
            <a key={name} href={toAddress(name, settings[name])} aria-current={name === mode ? 'page' : undefined}>
              {modes[name].name}
            </a>
          ))}
        </nav>
        <a class="reference" href="./api/">
          Reference
        </a>
      </header>
      <main>
        <p class="about">{modes[mode].about}</p>
        {notice && (
          <p class="notice" id="notice" role="alert">
            {notice}
          </p>
        )}
        {mode === 'picture' ? (
          <PictureView source={source} settings={settings.picture} change={change} />
        ) : (
          <GridView settings={settings.grid} change={change} />
        )}
      </main>
    </>
  );
}
