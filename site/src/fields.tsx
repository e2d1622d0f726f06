// The fields of a form: numbers, a choice, a switch. They know no particular setting.

import type { ComponentChildren } from 'preact';

/** A group of number fields for one setting, with its error. */
export function Numbers({
  name,
  legend,
  labels,
  values,
  hint,
  error,
  onChange,
}: {
  readonly name: string;
  readonly legend: string;
  readonly labels: readonly string[];
  readonly values: readonly string[];
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly onChange: (values: readonly string[]) => void;
}) {
  const described = [error && `${name}-error`, hint && `${name}-hint`].filter(Boolean).join(' ');
  return (
    <fieldset class="numbers">
      <legend>{legend}</legend>
      <div class="row">
        {labels.map((label, i) => (
          <label key={label}>
            <span>{label}</span>
            <input
              id={`${name}-${i}`}
              type="number"
              step="any"
              value={values[i]}
              aria-invalid={error ? true : undefined}
              aria-describedby={described || undefined}
              onInput={({ currentTarget: { value } }) => onChange(values.map((old, at) => (at === i ? value : old)))}
            />
          </label>
        ))}
      </div>
      {hint && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="error" id={`${name}-error`} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  );
}

/** One of several words. */
export function Choice<T extends string>({
  name,
  label,
  choices,
  value,
  names,
  onChange,
}: {
  readonly name: string;
  readonly label: string;
  readonly choices: readonly T[];
  readonly value: T;
  readonly names?: Readonly<Record<T, string>>;
  readonly onChange: (value: T) => void;
}) {
  return (
    <label class="choice">
      <span>{label}</span>
      <select
        id={name}
        value={value}
        onChange={({ currentTarget }) => onChange(choices[currentTarget.selectedIndex] as T)}
      >
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {names?.[choice] ?? choice}
          </option>
        ))}
      </select>
    </label>
  );
}

/** A setting that is on or off. */
export function Switch({
  name,
  checked,
  onChange,
  children,
}: {
  readonly name: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly children: ComponentChildren;
}) {
  return (
    <label class="switch">
      <input
        id={name}
        type="checkbox"
        checked={checked}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      <span>{children}</span>
    </label>
  );
}
