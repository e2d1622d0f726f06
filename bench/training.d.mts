import type * as TensorFlow from '@tensorflow/tfjs-core';

export interface Training {
  step(): number;
  dispose(): void;
}

export function startTraining(
  tf: typeof TensorFlow,
  options: {
    pad: 'valid' | 'same';
    pictures?: number;
    size?: number;
    filters?: readonly [first: number, second: number];
  },
): Training;
