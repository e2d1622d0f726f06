// The playground.

import { render } from 'preact';

render(<h1>avgpool</h1>, document.getElementById('app') as HTMLElement);
