// Where the picture comes from: a file, the camera, or the page.

import type { Picture } from './messages.js';

export function Source({
  picture,
  isReading,
  error,
  onFile,
  onSample,
}: {
  readonly picture: Picture | undefined;
  readonly isReading: boolean;
  readonly error: string | undefined;
  readonly onFile: (file: File) => void;
  readonly onSample: () => void;
}) {
  const take = ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
    const file = currentTarget.files?.[0];
    if (file) {
      onFile(file);
    }
    // The same file can be chosen again.
    currentTarget.value = '';
  };
  return (
    <div class="source">
      <label class="button">
        <input id="file" type="file" accept="image/*" onChange={take} />
        Choose a picture
      </label>
      <label class="button camera">
        <input id="camera" type="file" accept="image/*" capture="environment" onChange={take} />
        Take a photo
      </label>
      <button type="button" id="sample" onClick={onSample}>
        Boats in Nagasaki
      </button>
      <span class="hint" id="picture-name">
        {picture && !isReading ? <Name picture={picture} /> : 'Reading the picture'}
      </span>
      <p class="error" role="alert" id="picture-error">
        {error}
      </p>
    </div>
  );
}

function Name({ picture: { name, address, width, height, isScaled } }: { readonly picture: Picture }) {
  // The program needs the file.
  const shown = address ? (
    <a href={address} download={name}>
      {name}
    </a>
  ) : (
    name
  );
  return (
    <>
      {shown}, {width}×{height}
      {isScaled && ', scaled down'}
    </>
  );
}
