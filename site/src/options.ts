// The options of a pool from the settings of the page. It knows the names of the package, and makes no pool.

import type { AdaptiveAvgPool2dOptions, AvgPool2dOptions } from 'avgpool';
import type { Settings } from './state.js';

/** The class of a pool, and its options but for defaults. */
export type PoolCall =
  | { readonly name: 'AvgPool2d'; readonly options: AvgPool2dOptions }
  | { readonly name: 'AdaptiveAvgPool2d'; readonly options: AdaptiveAvgPool2dOptions };

/** The options that a setting can be wrong about. A message of the package starts with one of these names. */
export const optionNames = ['kernelSize', 'stride', 'padding', 'dilation', 'divisorOverride', 'outputSize'] as const;

/** The pool that the settings describe, right or wrong. */
export function poolCall(settings: Settings): PoolCall {
  const { layout } = settings;
  const shared = layout === 'NCHW' ? {} : { layout };
  if (settings.windows === 'adaptive') {
    return { name: 'AdaptiveAvgPool2d', options: { outputSize: pair(settings.outputSize) as number, ...shared } };
  }
  const [stride, padding, dilation] = [pair(strideOf(settings)), sides(settings.padding), pair(settings.dilation)];
  const divisorOverride = pair(settings.divisorOverride);
  const options = {
    kernelSize: pair(settings.kernelSize),
    ...(stride !== null && { stride }),
    ...(padding !== 0 && { padding }),
    ...(settings.ceilMode && { ceilMode: true }),
    ...(!settings.countIncludePad && { countIncludePad: false }),
    ...(divisorOverride !== null && { divisorOverride }),
    ...(dilation !== 1 && { dilation }),
    ...shared,
  };
  // The package refuses null and fractions.
  return { name: 'AvgPool2d', options: options as AvgPool2dOptions };
}

/** An empty text stands for the kernel size of its axis. Without any text, the package has this default. */
function strideOf({ stride, kernelSize }: Settings): readonly string[] {
  return stride.every((text) => text === '') ? stride : stride.map((text, i) => text || (kernelSize[i] as string));
}

type Value = number | null | readonly Value[];

function number(text: string): number | null {
  return text === '' ? null : Number(text);
}

/** One number if all texts are the same. */
function pair(texts: readonly string[]): Value {
  const [first = '', ...others] = texts;
  return others.every((text) => text === first) ? number(first) : texts.map(number);
}

function sides([top = '', bottom = '', left = '', right = '']: readonly string[]): Value {
  const [rows, columns] = [pair([top, bottom]), pair([left, right])];
  if (Array.isArray(rows) || Array.isArray(columns)) {
    return [
      [number(top), number(bottom)],
      [number(left), number(right)],
    ];
  }
  return rows === columns ? rows : [rows, columns];
}
