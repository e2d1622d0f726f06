// The programs that compute what the page shows. It knows the text of JavaScript, and runs nothing.

import type { Picture } from './messages.js';
import { type PoolCall, poolCall } from './options.js';
import { gridSize, type Settings } from './state.js';

/** A program that pools a picture file, and computes the gradient of the chosen output. */
export function pictureProgram(settings: Settings, picture: Picture, at: readonly [number, number]): string {
  const { name, width, height, isScaled } = picture;
  const call = poolCall(settings);
  const isLast = settings.layout === 'NHWC';
  const source = isLast
    ? '{ data, ...info }'
    : '{ data, shape: [3, info.height, info.width], stride: [1, 3 * info.width, 3] }';
  const gradientType = gradientTypeOf(settings.dtype);
  const planes = isLast ? ['height', 'width', '1'] : ['1', 'height', 'width'];
  const sizes = isLast ? '[height, width]' : '[, height, width]';
  return `import sharp from 'sharp';
import { ${call.name}, Tensor } from 'avgpool';

const { data, info } = await sharp(${quote(name)})
  .autoOrient()${isScaled ? `\n  .resize(${width}, ${height}) // The page scales large pictures by other means.` : ''}
  .toColourspace('srgb')
  .flatten({ background: '#fff' })
  .raw()
  .toBuffer({ resolveWithObject: true });
const x = Tensor.from(${source}, undefined, ${quote(settings.dtype)});
const pool = ${construction(call)};
const y = pool.forward(x);
console.log(String(pool));
console.log(y.shape);

// The gradient of one output of one channel, with respect to the input.
const [row, column] = [${at.join(', ')}];
const ${sizes} = y.shape;
const values = new Float32Array(height * width);
values[row * width + column] = 1;
const one = Tensor.from(values, [${planes.join(', ')}], ${quote(gradientType)});
const gradient = pool.backward(one, ${isLast ? '[info.height, info.width, 1]' : '[1, info.height, info.width]'});
console.log(y.toArray()${isLast ? '[row][column]' : '.map((plane) => plane[row][column])'});
console.log(gradient.toArray().flat(2).find((value) => value !== 0) ?? 0);
`;
}

/** A program that pools the grid. */
export function gridProgram(settings: Settings): string {
  const call = poolCall(settings);
  const rows = Array.from({ length: gridSize }, (_, row) =>
    settings.values.slice(row * gridSize, (row + 1) * gridSize).map(Number),
  );
  return `import { ${call.name}, Tensor } from 'avgpool';

const x = Tensor.from([[
${rows.map((row) => `  [${row.join(', ')}],`).join('\n')}
]], undefined, 'float64');
const pool = ${construction(call)};
const y = pool.forward(x);
console.log(String(pool));
console.log(y.shape);
console.log(y.toArray());
`;
}

/** The element type of a gradient: uint8 has none. */
export function gradientTypeOf(dtype: Settings['dtype']): Exclude<Settings['dtype'], 'uint8'> {
  return dtype === 'uint8' ? 'float32' : dtype;
}

function construction({ name, options }: PoolCall): string {
  const entries = Object.entries(options).map(([option, value]) => `${option}: ${literal(value)}`);
  return `new ${name}({ ${entries.join(', ')} })`;
}

function literal(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(literal).join(', ')}]`;
  }
  return typeof value === 'string' ? quote(value) : String(value);
}

function quote(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
