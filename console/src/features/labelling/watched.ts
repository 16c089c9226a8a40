/** A store of ours as React sees it: drawn again when its version grows. */

import { useCallback, useSyncExternalStore } from "react";

interface Watched {
  readonly version: number;
  readonly watch: (watcher: () => void) => () => void;
}

const NOTHING = () => () => undefined;

export function useWatched(store: Watched | undefined): void {
  const subscribe = useCallback(
    (watcher: () => void) => (store === undefined ? NOTHING() : store.watch(watcher)),
    [store],
  );
  useSyncExternalStore(subscribe, () => store?.version ?? 0);
}
