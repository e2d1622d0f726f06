// The form of the settings. It shows the error of a setting at its field.

import { Choice, Numbers, Switch } from './fields.js';
import { optionNames } from './options.js';
import { choices, type Settings } from './state.js';

const axes = ['height', 'width'];

/** Whether a message of the package is about an option that has a field. */
export function isAtField(message: string): boolean {
  return optionNames.some((name) => message.startsWith(`${name} `));
}

export function SettingsForm({
  settings,
  change,
  error,
  isGrid = false,
}: {
  readonly settings: Settings;
  readonly change: (patch: Partial<Settings>) => void;
  readonly error: string | undefined;
  readonly isGrid?: boolean;
}) {
  const set = (name: keyof Settings) => (value: Settings[keyof Settings]) => change({ [name]: value });
  const numbers = (name: (typeof optionNames)[number]) => ({
    name,
    values: settings[name],
    error: error?.startsWith(`${name} `) ? error : undefined,
    onChange: set(name),
  });
  const choice = <Name extends keyof typeof choices>(name: Name) => ({
    name,
    choices: choices[name],
    value: settings[name],
    onChange: set(name),
  });
  return (
    <form class="settings" aria-label="Settings" onSubmit={(event) => event.preventDefault()}>
      <Choice
        {...choice('windows')}
        label="Windows"
        names={{ fixed: 'of a fixed size', adaptive: 'for a fixed output size' }}
      />
      {settings.windows === 'adaptive' ? (
        <Numbers {...numbers('outputSize')} legend="Output size" labels={axes} hint="Empty: the size of the input." />
      ) : (
        <>
          <Numbers {...numbers('kernelSize')} legend="Kernel size" labels={axes} />
          <Numbers {...numbers('stride')} legend="Stride" labels={axes} hint="Empty: the kernel size." />
          <Numbers {...numbers('padding')} legend="Padding" labels={['top', 'bottom', 'left', 'right']} />
          <Numbers {...numbers('dilation')} legend="Dilation" labels={axes} />
          <Numbers
            {...numbers('divisorOverride')}
            legend="Divisor"
            labels={['of every window']}
            hint="Empty: the number of elements of the window."
          />
          <Switch name="ceilMode" checked={settings.ceilMode} onChange={set('ceilMode')}>
            Round the output size up (<code>ceilMode</code>)
          </Switch>
          <Switch name="countIncludePad" checked={settings.countIncludePad} onChange={set('countIncludePad')}>
            Count the padding in the divisor (<code>countIncludePad</code>)
          </Switch>
        </>
      )}
      {!isGrid && (
        <div class="row">
          <Choice {...choice('layout')} label="Layout" />
          <Choice {...choice('dtype')} label="Element type" />
        </div>
      )}
    </form>
  );
}
