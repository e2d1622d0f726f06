// The picture that the page pools. It stays when the mode changes.

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Picture } from './messages.js';
import { decode, loadSample } from './pictures.js';

/** The picture, the error of the last file, and functions that take another picture. */
export interface PictureSource {
  readonly picture: Picture | undefined;
  /** Whether another picture is being read. */
  readonly isReading: boolean;
  readonly pictureError: string | undefined;
  readonly takeFile: (file: File) => void;
  readonly takeSample: () => void;
}

/** @param isUsed whether the page shows the picture. Only then the first one is loaded. */
export function usePicture(isUsed: boolean): PictureSource {
  const [picture, setPicture] = useState<Picture>();
  const [isReading, setReading] = useState(true);
  const [pictureError, setError] = useState<string>();
  const newest = useRef<Promise<Picture>>(null);
  const take = async (reading: Promise<Picture>) => {
    newest.current = reading;
    setReading(true);
    const result = await reading.catch((error: Error) => error);
    // A large file is ready after a small one that was chosen later.
    if (newest.current !== reading) {
      return;
    }
    setReading(false);
    const isError = result instanceof Error;
    setError(isError ? result.message : undefined);
    if (!isError) {
      setPicture(result);
    }
  };
  const takeFile = (file: File) => void take(decode(file, file.name));
  const takeSample = () => void take(loadSample());
  useEffect(() => {
    if (isUsed && !newest.current) {
      takeSample();
    }
  }, [isUsed]);
  return { picture, isReading, pictureError, takeFile, takeSample };
}
