// Trains small networks of TensorFlow.js on generated pictures. It knows nothing of avgpool; the tests use it, too.

const CLASSES = 4;

/** The networks by their names: functions that make weights by `weights(shape)`, and return the logits of pictures. */
const networks = {
  /**
   * Two convolutions with a pooling after each: 3×3 with padding, or 2×2 without, with stride 2.
   *
   * TensorFlow.js has no gradient of a convolution's filter on its backend wasm. So convolutions are products of matrices.
   */
  cnn(tf, weights, { pad, size, channels: [first, second] }) {
    const filters = [weights([9, first]), weights([9 * first, second])];
    const head = weights([second * (size / 4) ** 2, CLASSES]);
    const layer = (x, filter) => tf.avgPool(tf.relu(convolve(tf, x, filter)), pad === 'same' ? 3 : 2, 2, pad);
    return (inputs) => tf.matMul(tf.reshape(filters.reduce(layer, inputs), [inputs.shape[0], -1]), head);
  },

  /** Two blocks of a PoolFormer: the mixer pool(x) − x, and two layers for each position. */
  poolformer(tf, weights, { channels: [width] }) {
    const embedding = weights([1, width]);
    const blocks = [0, 1].map(() => ({
      scale: weights([width]),
      up: weights([width, width]),
      down: weights([width, width]),
    }));
    const head = weights([width, CLASSES]);
    const each = (x, matrix) =>
      tf.reshape(tf.matMul(tf.reshape(x, [-1, x.shape[3]]), matrix), [...x.shape.slice(0, 3), -1]);
    const block = (x, { scale, up, down }) => {
      const mixed = tf.add(x, tf.mul(tf.sub(tf.avgPool(x, 3, 1, 'same'), x), scale));
      return tf.add(mixed, each(tf.relu(each(mixed, up)), down));
    };
    return (inputs) => tf.matMul(tf.mean(blocks.reduce(block, each(inputs, embedding)), [1, 2]), head);
  },
};

/**
 * A training: `step()` takes one step and returns its loss. All random numbers are seeded, so two trainings differ only by
 * their kernels.
 *
 * @param tf the namespace of TensorFlow.js.
 * @param network `'cnn'` or `'poolformer'`.
 * @param pad that of the poolings of the CNN: `'same'` or `'valid'`.
 * @param pictures their number.
 * @param size their height and width, a multiple of 4.
 * @param channels the numbers of channels after both convolutions; the PoolFormer has the first.
 */
export function startTraining(tf, { network = 'cnn', pad, pictures = 8, size = 12, channels = [4, 8] }) {
  const { inputs, labels } = makeData(tf, pictures, size);
  const variables = [];
  const weights = (shape) => {
    const seed = variables.length + 1;
    variables.push(tf.tidy(() => tf.variable(tf.randomNormal(shape, 0, 0.3, 'float32', seed))));
    return variables.at(-1);
  };
  const logits = networks[network](tf, weights, { pad, size, channels });
  const optimizer = tf.train.adam(0.01);
  const loss = () => tf.losses.softmaxCrossEntropy(labels, logits(inputs));
  return {
    step() {
      const value = optimizer.minimize(loss, true, variables);
      const [number] = value.dataSync();
      value.dispose();
      return number;
    },
    dispose() {
      optimizer.dispose();
      tf.dispose([inputs, labels, ...variables]);
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
