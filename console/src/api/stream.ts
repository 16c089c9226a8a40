/** The server's stream of events, as it comes. Knows no page and no cache. */

const ADDRESS = "/console/api/events";
const KINDS = ["reset", "dataset", "study", "drafts"] as const;

/** What something is now; `reset` says that something may have been missed. */
export interface LiveEvent {
  readonly kind: (typeof KINDS)[number];
  readonly facts: {
    readonly projectArn?: string;
    readonly datasetType?: "train" | "test";
    readonly status?: string;
    readonly message?: string;
    readonly done?: number;
    readonly total?: number;
  };
}

export function openStream(tell: (event: LiveEvent) => void): EventSource {
  const stream = new EventSource(ADDRESS);
  for (const kind of KINDS) {
    stream.addEventListener(kind, (event: MessageEvent<string>) => {
      tell({ kind, facts: JSON.parse(event.data) as LiveEvent["facts"] });
    });
  }
  stream.addEventListener("signed-out", () => stream.close());
  return stream;
}
