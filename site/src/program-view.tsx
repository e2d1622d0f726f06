// A program, with a button that copies it.

import { useState } from 'preact/hooks';

export function ProgramView({ program }: { readonly program: string }) {
  const [copied, setCopied] = useState<{ program: string; message: string }>();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(program);
      setCopied({ program, message: 'Copied.' });
    } catch {
      setCopied({ program, message: 'The browser refused. Select the text and copy it.' });
    }
  };
  return (
    <section class="program" aria-labelledby="program-title">
      <div class="title">
        <h2 id="program-title">The program</h2>
        <button type="button" id="copy" onClick={copy}>
          Copy
        </button>
        <span role="status" id="copied">
          {copied?.program === program ? copied.message : ''}
        </span>
      </div>
      <pre>
        <code id="program">{program}</code>
      </pre>
    </section>
  );
}
