// Makes the package's entries from the TypeScript sources, with the WebAssembly module inlined.

import typescript from '@rollup/plugin-typescript';
import url from '@rollup/plugin-url';
import dts from 'rollup-plugin-dts';

const input = 'ts/index.ts';

export default [
  {
    input,
    output: [
      { file: 'dist/index.js', format: 'es', sourcemap: true },
      { file: 'dist/index.cjs', format: 'cjs', sourcemap: true },
    ],
    plugins: [
      // Every entry that inlines the module imports it as a data: URL.
      url({ include: '**/*.wasm', limit: Number.POSITIVE_INFINITY }),
      typescript({ noEmitOnError: true }),
    ],
  },
  {
    // In Node, import and require have to end at one build: two would be two memories.
    input: 'ts/node.ts',
    external: './index.cjs',
    output: { file: 'dist/node.js', format: 'es' },
    plugins: [typescript({ noEmitOnError: true })],
  },
  {
    input,
    output: ['dist/index.d.ts', 'dist/index.d.cts'].map((file) => ({
      file,
      // Tensors can be disposed of by `using`; whoever compiles without that library would not know its symbol.
      banner: '/// <reference lib="esnext.disposable" />',
    })),
    plugins: [dts()],
  },
  {
    // Pure translations of options: no module in it.
    input: 'ts/compat.ts',
    output: [
      { file: 'dist/compat.js', format: 'es', sourcemap: true },
      { file: 'dist/compat.cjs', format: 'cjs', sourcemap: true },
    ],
    plugins: [typescript({ noEmitOnError: true })],
  },
  {
    input: 'ts/compat.ts',
    output: ['dist/compat.d.ts', 'dist/compat.d.cts'].map((file) => ({ file })),
    plugins: [dts()],
  },
];
