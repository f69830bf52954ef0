import type { ActionCache, BlobStore, Report } from '../core/ports.ts';
import type { Http } from '../fetch/http.ts';
import { RemoteActionCache } from './actions.ts';
import { RemoteBlobStore } from './blobs.ts';
import { type AnswerLimits, type RemoteAddress, RemoteClient } from './client.ts';
import { type Uploaded, Uploads } from './uploads.ts';

/** Milliseconds of the client of a remote cache, much less than for downloads: what it does not give can be made. */
export const REMOTE_TIMEOUTS = { connect: 3000, headers: 5000, body: 5000 } as const;

export interface RemoteCacheOptions {
  readonly address: RemoteAddress;
  readonly isRead: boolean;
  readonly isFilled: boolean;
  readonly store: BlobStore;
  readonly actions: ActionCache;
  readonly http: Http;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** How long answers may take; for tests. */
  readonly limits?: AnswerLimits;
}

/** A local store with a remote cache behind it. */
export interface RemoteCache {
  readonly store: BlobStore;
  readonly actions: ActionCache;
  /** Why nothing is read from it any more; undefined as long as it is. */
  readonly whyGivenUp: () => string | undefined;
  /** Waits for what is being uploaded; undefined where nothing is. */
  readonly finishUploads: () => Promise<Uploaded | undefined>;
}

/** Lays a remote cache behind a store. It is read and filled apart: a server that takes nothing can still be read. */
export function layRemoteCache({ isRead, isFilled, store, actions, ...shared }: RemoteCacheOptions): RemoteCache {
  const client = new RemoteClient({ ...shared, purpose: 'reading' });
  const blobs = isRead ? new RemoteBlobStore({ local: store, client, report: shared.report }) : undefined;
  const uploads = isFilled
    ? new Uploads({ client: new RemoteClient({ ...shared, purpose: 'filling' }), store })
    : undefined;
  return {
    store: blobs ?? store,
    actions: new RemoteActionCache({
      local: actions,
      store,
      reading: blobs && { client, blobs },
      onLocal: uploads && ((key, record) => uploads.offer(key, record)),
    }),
    whyGivenUp: () => client.whyGivenUp,
    finishUploads: async () => uploads?.finish(),
  };
}
