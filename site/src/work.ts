// Runs work in the worker, and collects its replies. Newer work cancels older work.

import { useEffect, useState } from 'preact/hooks';
import { send } from './client.js';
import type { Reply, Work } from './messages.js';

/** The last reply of each kind. Replies of finished work stay until newer work replaces them. */
export type Replies = { readonly [Kind in Reply['kind']]?: Extract<Reply, { readonly kind: Kind }> };

/** The replies, and whether work is running. */
export interface Running {
  readonly replies: Replies;
  readonly isBusy: boolean;
}

/**
 * Sends work whenever `dependencies` change.
 *
 * @param work undefined while there is none.
 * @param result the kind of the reply that ends the use of all earlier ones.
 */
export function useWork(work: Work | undefined, result: Reply['kind'], dependencies: readonly unknown[]): Running {
  const [running, setRunning] = useState<Running>({ replies: {}, isBusy: false });
  useEffect(() => {
    if (!work) {
      return;
    }
    setRunning(({ replies: { progress: _, ...replies } }) => ({ replies, isBusy: true }));
    return send(work, (reply) =>
      setRunning(({ replies, isBusy }) => {
        if (reply.kind === 'end') {
          return { replies, isBusy: false };
        }
        return { replies: { ...(reply.kind === result ? {} : replies), [reply.kind]: reply }, isBusy };
      }),
    );
  }, dependencies);
  return running;
}
