import type * as TensorFlow from '@tensorflow/tfjs-core';

export interface Training {
  step(): number;
  dispose(): void;
}

export function startTraining(
  tf: typeof TensorFlow,
  options: {
    network?: 'cnn' | 'poolformer';
    pad?: 'valid' | 'same';
    pictures?: number;
    size?: number;
    channels?: readonly number[];
  },
): Training;
