// The state of the page, kept in the address. The back button undoes changes.

import { useEffect, useRef, useState } from 'preact/hooks';
import { defaults, fromAddress, type Mode, type Settings, type State, toAddress } from './state.js';

/** The state, a notice if the address was unreadable, and a function that changes settings of the mode. */
export interface Address extends State {
  readonly notice: string | undefined;
  readonly change: (patch: Partial<Settings>) => void;
}

type Known = Pick<Address, 'mode' | 'settings' | 'notice'>;

export function useAddress(): Address {
  const [known, setKnown] = useState<Known>(() => read(defaults));
  const lastChange = useRef('');
  const later = useRef(writeLater());

  useEffect(() => {
    const follow = () => {
      lastChange.current = '';
      later.current.drop();
      setKnown(({ settings }) => read(settings));
    };
    // A click on a link leaves the entry of the history, and so does a reload.
    const { flush } = later.current;
    addEventListener('hashchange', follow);
    addEventListener('click', flush, true);
    addEventListener('pagehide', flush);
    return () => {
      removeEventListener('hashchange', follow);
      removeEventListener('click', flush, true);
      removeEventListener('pagehide', flush);
    };
  }, []);

  const change = (patch: Partial<Settings>) => {
    const { mode, settings } = known;
    const changed = { ...settings[mode], ...patch };
    // Steps of one setting make one entry of the history.
    const names = Object.keys(patch).join();
    const isStep = names === lastChange.current || names === 'at';
    const address = toAddress(mode, changed);
    if (isStep) {
      later.current.replace(address);
    } else {
      later.current.flush();
      history.pushState(null, '', address);
    }
    lastChange.current = names;
    setKnown({ mode, settings: { ...settings, [mode]: changed }, notice: undefined });
  };

  return { ...known, change };
}

/** Browsers refuse more than about 100 changes of the address in 30 s, so steps wait this long, in ms. */
const wait = 350;

/** Replaces the address a little later, once for all steps until then. */
function writeLater() {
  let pending: { address: string; timer: number } | undefined;
  const drop = () => {
    clearTimeout(pending?.timer);
    pending = undefined;
  };
  const flush = () => {
    if (pending) {
      history.replaceState(null, '', pending.address);
      drop();
    }
  };
  const replace = (address: string) => {
    pending = pending ? { ...pending, address } : { address, timer: setTimeout(flush, wait) };
  };
  return { drop, flush, replace };
}

function read(settings: Readonly<Record<Mode, Settings>>): Known {
  const { hash } = location;
  const found = fromAddress(hash);
  if (!found) {
    const notice = `The address is unreadable, so these are the defaults: ${decoded(hash)}`;
    return { mode: 'picture', settings: defaults, notice };
  }
  return { mode: found.mode, settings: { ...settings, [found.mode]: found.settings }, notice: undefined };
}

function decoded(hash: string): string {
  try {
    return decodeURIComponent(hash);
  } catch {
    return hash;
  }
}
