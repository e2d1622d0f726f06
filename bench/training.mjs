// Trains a small network of TensorFlow.js on generated pictures. It knows nothing of avgpool; the tests use it, too.

const CLASSES = 4;

/**
 * A training: `step()` takes one step and returns its loss. All random numbers are seeded, so two trainings differ only by
 * their kernels.
 *
 * TensorFlow.js has no gradient of a convolution's filter on its backend wasm. So convolutions are products of matrices.
 *
 * @param tf the namespace of TensorFlow.js.
 * @param pad that of the poolings: 3×3 for `'same'` and 2×2 for `'valid'`, with stride 2.
 * @param pictures their number.
 * @param size their height and width, a multiple of 4.
 * @param filters the numbers of filters of both convolutions.
 */
export function startTraining(tf, { pad, pictures = 16, size = 12, filters: [first, second] = [4, 8] }) {
  const { inputs, labels } = makeData(tf, pictures, size);
  const weights = (shape, seed) => tf.variable(tf.tidy(() => tf.randomNormal(shape, 0, 0.3, 'float32', seed)));
  const filters = [weights([9, first], 1), weights([9 * first, second], 2)];
  const dense = weights([second * (size / 4) ** 2, CLASSES], 3);
  const optimizer = tf.train.adam(0.01);
  const loss = () => {
    let x = inputs;
    for (const filter of filters) {
      x = tf.avgPool(tf.relu(convolve(tf, x, filter)), pad === 'same' ? 3 : 2, 2, pad);
    }
    return tf.losses.softmaxCrossEntropy(labels, tf.matMul(tf.reshape(x, [pictures, -1]), dense));
  };
  return {
    step() {
      const value = optimizer.minimize(loss, true, [...filters, dense]);
      const [number] = value.dataSync();
      value.dispose();
      return number;
    },
    dispose() {
      optimizer.dispose();
      tf.dispose([inputs, labels, dense, ...filters]);
    },
  };
}

/** A 3×3 convolution that keeps the size of the plane. */
function convolve(tf, x, filter) {
  const [count, height, width, channels] = x.shape;
  const around = tf.pad(x, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]);
  const begins = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => [0, row, column, 0]));
  const taps = begins.map((begin) => tf.slice(around, begin, [count, height, width, channels]));
  const rows = tf.reshape(tf.concat(taps, 3), [-1, 9 * channels]);
  return tf.reshape(tf.matMul(rows, filter), [count, height, width, -1]);
}

/** Pictures of stripes in one of four directions, with noise, and the directions. */
function makeData(tf, pictures, size) {
  return tf.tidy(() => {
    const along = (row, column) => [row, column, row + column, row - column];
    const values = Array.from({ length: pictures * size * size }, (_, i) => {
      const [picture, row, column] = [Math.floor(i / size ** 2), Math.floor(i / size) % size, i % size];
      return Math.sin(along(row, column)[picture % CLASSES] + picture);
    });
    const noise = tf.randomNormal([pictures, size, size, 1], 0, 0.3, 'float32', 4);
    const directions = Array.from({ length: pictures }, (_, picture) => picture % CLASSES);
    return {
      inputs: tf.add(tf.tensor4d(values, [pictures, size, size, 1]), noise),
      labels: tf.oneHot(tf.tensor1d(directions, 'int32'), CLASSES),
    };
  });
}
