// The state of the page, and its form in the address. It knows no pools, and does not judge numbers.

/** What the page shows. */
export type Mode = 'picture' | 'grid';

/** The settings of a mode. Numbers are texts as typed: a wrong one is for the package to refuse. */
export interface Settings {
  readonly windows: 'fixed' | 'adaptive';
  readonly kernelSize: readonly string[];
  readonly stride: readonly string[];
  /** Top, bottom, left and right. */
  readonly padding: readonly string[];
  readonly dilation: readonly string[];
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: readonly string[];
  readonly outputSize: readonly string[];
  readonly layout: 'NCHW' | 'NHWC';
  readonly dtype: 'uint8' | 'float32' | 'float64' | 'float16';
  /** The row and the column of the chosen output. Empty texts choose the default. */
  readonly at: readonly string[];
  /** The elements of the grid. Only the grid mode has them. */
  readonly values: readonly string[];
}

/** The mode, and the settings of both modes. The address holds the mode and its settings. */
export interface State {
  readonly mode: Mode;
  readonly settings: Readonly<Record<Mode, Settings>>;
}

/** The height and the width of the grid. */
export const gridSize = 6;

const windows: Settings = {
  windows: 'fixed',
  kernelSize: ['8', '8'],
  stride: ['', ''],
  padding: ['0', '0', '0', '0'],
  dilation: ['1', '1'],
  ceilMode: false,
  countIncludePad: true,
  divisorOverride: [''],
  outputSize: ['24', '30'],
  layout: 'NHWC',
  dtype: 'uint8',
  at: ['', ''],
  values: [],
};

/** The settings of a page without an address. */
export const defaults: State['settings'] = {
  picture: windows,
  grid: {
    ...windows,
    kernelSize: ['3', '3'],
    stride: ['2', '2'],
    padding: ['1', '1', '1', '1'],
    outputSize: ['4', '4'],
    layout: 'NCHW',
    dtype: 'float64',
    values: Array.from({ length: gridSize * gridSize }, (_, i) => String(i + 1)),
  },
};

/** The values of the settings that are words. */
export const choices: { readonly [Name in 'windows' | 'layout' | 'dtype']: readonly Settings[Name][] } = {
  windows: ['fixed', 'adaptive'],
  layout: ['NCHW', 'NHWC'],
  dtype: ['uint8', 'float32', 'float64', 'float16'],
};

/** The address of a mode with these settings. Defaults are left out. */
export function toAddress(mode: Mode, settings: Settings): string {
  const entries = Object.entries(defaults[mode]).flatMap(([name, value]) => {
    const [text, standard] = [settings[name as keyof Settings], value].map(toText);
    return text === standard ? [] : [`&${name}=${text}`];
  });
  return `#mode=${mode}${entries.join('')}`;
}

/** The mode and the settings of an address; undefined if it has an unknown name or value. */
export function fromAddress(hash: string): { mode: Mode; settings: Settings } | undefined {
  const { mode = 'picture', ...given } = Object.fromEntries(new URLSearchParams(hash.slice(1)));
  if (mode !== 'picture' && mode !== 'grid') {
    return undefined;
  }
  const standard = defaults[mode];
  const read = Object.entries(given).map(([name, text]) => [name, fromText(name, text, standard)] as const);
  if (read.some(([, value]) => value === undefined)) {
    return undefined;
  }
  return { mode, settings: { ...standard, ...Object.fromEntries(read) } };
}

function toText(value: Settings[keyof Settings]): string {
  if (!Array.isArray(value)) {
    return String(value);
  }
  return (value.every((item) => item === value[0]) ? value.slice(0, 1) : value).join();
}

function fromText(name: string, text: string, standard: Settings): unknown {
  const value = Object.hasOwn(standard, name) ? standard[name as keyof Settings] : undefined;
  if (Array.isArray(value)) {
    return numberTexts(text, value.length);
  }
  const allowed = typeof value === 'boolean' ? ['false', 'true'] : (choices[name as keyof typeof choices] ?? []);
  const found = allowed.find((choice) => choice === text);
  return typeof value === 'boolean' && found ? found === 'true' : found;
}

/** This number of texts that are numbers or empty, from a list or from one text for all; undefined if there are others. */
function numberTexts(text: string, length: number): string[] | undefined {
  const items = text.split(',');
  const all = items.length === 1 ? Array.from({ length }, () => text) : items;
  return all.length === length && all.every((item) => item.trim() === item && Number.isFinite(Number(item)))
    ? all
    : undefined;
}
