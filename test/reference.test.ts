// The docstrings of the built types: every entry and every exported name has one, with an example that runs.
//
// It reads the declarations by the TypeScript compiler. It knows nothing of pooling.

import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { expectStated, fences, root } from './documents.js';
import { runModule } from './program.js';

const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

interface Conditions {
  readonly types?: string;
  readonly default?: string | Conditions;
}

/** The files of types of an entry, for each condition. package.json and the worker's script have none: nothing imports them. */
function typesOf(conditions: unknown): string[] {
  return typeof conditions === 'object'
    ? Object.entries(conditions as Conditions).flatMap(([name, value]) => (name === 'types' ? [value] : typesOf(value)))
    : [];
}

const entries = Object.entries(manifest.exports).flatMap(([entry, conditions]) =>
  [...new Set(typesOf(conditions))].map((file) => ({ entry: entry.replace('.', manifest.name), file })),
);
const program = ts.createProgram(
  entries.map(({ file }) => `${root}${file}`),
  { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ESNext },
);
const checker = program.getTypeChecker();

/** The docstring of an exported name or of one of its members. */
interface Docstring {
  readonly name: string;
  readonly text: string;
  readonly examples: readonly string[];
}

function docstringOf(name: string, symbol: ts.Symbol): Docstring {
  const examples = symbol.getJsDocTags(checker).filter((tag) => tag.name === 'example');
  return {
    name,
    text: ts.displayPartsToString(symbol.getDocumentationComment(checker)),
    examples: examples.flatMap(({ text }) => programsIn(ts.displayPartsToString(text))),
  };
}

const programsIn = (text: string) => fences(text).flatMap(({ language, source }) => (language === 'js' ? source : []));

/** The exported names of a file of types. */
function exportsOf(file: string): { name: string; symbol: ts.Symbol }[] {
  const module = checker.getSymbolAtLocation(program.getSourceFile(`${root}${file}`) as ts.SourceFile) as ts.Symbol;
  return checker.getExportsOfModule(module).map((symbol) => ({
    name: symbol.name,
    symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
  }));
}

/** The members of a class, with inherited ones, and those of an object type. */
function membersOf({ name, symbol }: { name: string; symbol: ts.Symbol }): Docstring[] {
  if (!(symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Interface))) {
    return [];
  }
  const statics = [...(symbol.exports?.values() ?? [])];
  const members = [...checker.getDeclaredTypeOfSymbol(symbol).getProperties(), ...statics];
  return members
    .filter(({ name }) => name !== 'prototype' && !/^(__|#)/.test(name))
    .map((member) => docstringOf(`${name}.${member.name}`, member));
}

/** The text of the comment at the start of a file of types, after its lines that open with `//`. */
function moduleDocstring(file: string): string {
  const source = readFileSync(`${root}${file}`, 'utf8');
  const [, text = ''] = source.match(/^(?:\/\/[^\n]*\n|\n)*\/\*\*\n(.*?) \*\//s) ?? [];
  return text.replace(/^ \* ?/gm, '');
}

/** The items whose docstrings differ. Several entries export one name, and each name is declared in two formats. */
const unique = <Item extends Docstring>(items: readonly Item[]): Item[] => [
  ...new Map(items.map((item) => [JSON.stringify([item.name, item.text, item.examples]), item])).values(),
];

const names = entries.flatMap(({ file }) => exportsOf(file).map((found) => ({ file, ...found })));
const documented = unique(names.map(({ file, name, symbol }) => ({ file, ...docstringOf(name, symbol) })));
const members = unique(names.flatMap(membersOf));

test('the types of every entry are read, with all names that the entry exports', () => {
  expect(new Set(entries.map(({ entry }) => entry.replace(manifest.name, '.')))).toEqual(
    new Set(Object.keys(manifest.exports).filter((entry) => !/\.js(on)?$/.test(entry))),
  );
  for (const { file } of entries) {
    expect(exportsOf(file).length, file).toBeGreaterThan(0);
  }
});

test.each(entries)('$file, the types of $entry, says what the entry is for, with an example', ({ entry, file }) => {
  const text = moduleDocstring(file);
  expect(text).toMatch(new RegExp(`^@module ${entry}$`, 'm'));
  expect(text.split('@')[0]).toMatch(/\w/);
  expect(programsIn(text)).toHaveLength(1);
});

test.each(documented)('$name of $file has a docstring with an example', ({ text, examples }) => {
  expect(text).toMatch(/\w/);
  expect(examples.length).toBeGreaterThan(0);
});

test.each(members)('$name has a docstring', ({ text }) => {
  expect(text).toMatch(/\w/);
});

describe('the examples', () => {
  const docstrings = [
    ...entries.map(({ entry, file }) => ({ name: entry, examples: programsIn(moduleDocstring(file)) })),
    ...documented,
    ...members,
  ];
  const examples = docstrings.flatMap(({ name, examples }) => examples.map((source) => ({ name, source })));
  const once = [...new Map(examples.map((example) => [example.source, example])).values()];

  test.each(once)('this example of $name prints what its comments say:\n$source', ({ source }) => {
    expectStated(source, runModule(source));
  });
});
