// The picture mode: the input, the output, the time of a call, and the gradient of a chosen output.

import { useMemo } from 'preact/hooks';
import { ChosenOutput } from './chosen-output.js';
import { inside } from './keys.js';
import type { Work } from './messages.js';
import { shownShape } from './numbers.js';
import { OutputPlane } from './output-plane.js';
import { sampleSize } from './pictures.js';
import { Canvas, Marker, type Pixels, Plane } from './plane.js';
import { pictureProgram } from './program.js';
import { ProgramView } from './program-view.js';
import { isAtField, SettingsForm } from './settings-form.js';
import { Source } from './source.js';
import type { Settings } from './state.js';
import { Times } from './times.js';
import type { PictureSource } from './use-picture.js';
import { useWork } from './work.js';

export function PictureView({
  source,
  settings,
  change,
}: {
  readonly source: PictureSource;
  readonly settings: Settings;
  readonly change: (patch: Partial<Settings>) => void;
}) {
  const { picture, isReading, pictureError, takeFile, takeSample } = source;
  const { at: _, ...pooling } = settings;
  const pooled = useWork(picture && { kind: 'picture', picture, settings }, 'pooled', [
    picture,
    JSON.stringify(pooling),
  ]);
  const { pooled: output, failure } = pooled.replies;
  const size = picture ?? sampleSize;
  const at = chosen(settings.at, output);
  const gradientWork: Work | undefined = output && {
    kind: 'gradient',
    size: [size.height, size.width],
    settings: output.settings,
    at,
  };
  const found = useWork(gradientWork, 'gradient', [output, at.join()]).replies.gradient;
  const overlay = useMemo(() => found && overlayOf(found), [found]);
  return (
    <div class="columns">
      <section class="view" aria-label="Result" {...dropTarget(takeFile)}>
        <Source picture={picture} isReading={isReading} error={pictureError} onFile={takeFile} onSample={takeSample} />
        <p class="error" id="error" role="alert">
          {failure && !isAtField(failure.message) && failure.message}
        </p>
        <div class={failure ? 'pictures stale' : 'pictures'}>
          <figure>
            <Plane size={size} frame={size}>
              {picture && <Canvas id="input" pixels={picture} label={`Input: ${picture.name}`} />}
              {overlay && <Canvas id="overlay" pixels={overlay} />}
              {found && found.positions > 0 && <Marker id="window" box={found.box} size={found} />}
            </Plane>
            <figcaption>Input</figcaption>
          </figure>
          <figure>
            <OutputPlane output={output} frame={size} at={at} onChoose={(next) => change({ at: next.map(String) })} />
            <figcaption>
              Output <span id="shape">{output && shownShape(output.shape)}</span>
              {failure && output && ' of the last right settings'}
            </figcaption>
          </figure>
        </div>
        <Times running={pooled} />
        {output && (
          <ChosenOutput
            output={output}
            gradient={found}
            at={at}
            onChoose={(next) => change({ at: next.map(String) })}
          />
        )}
      </section>
      <SettingsForm settings={settings} change={change} error={failure?.message} />
      {picture && output && <ProgramView program={pictureProgram(output.settings, picture, at)} />}
    </div>
  );
}

function dropTarget(takeFile: (file: File) => void) {
  return {
    onDragOver: (event: DragEvent) => event.preventDefault(),
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      const file = event.dataTransfer?.files[0];
      if (file) {
        takeFile(file);
      }
    },
  };
}

/** The chosen output, moved into the plane. By default it is the middle. */
function chosen(
  [row, column]: readonly string[],
  size: { readonly height: number; readonly width: number } = { height: 1, width: 1 },
): readonly [number, number] {
  const index = (text: string | undefined, length: number) =>
    inside(text ? Math.trunc(Number(text)) : Math.floor(length / 2), length);
  return [index(row, size.height), index(column, size.width)];
}

/** Colours every position that has a gradient. */
function overlayOf({ values, width, height }: { values: ArrayLike<number>; width: number; height: number }): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== 0) {
      data.set([255, 90, 0, 150], 4 * i);
    }
  }
  return { data, width, height };
}
