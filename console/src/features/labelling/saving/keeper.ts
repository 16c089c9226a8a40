/**
 * Keeps pending edits in the browser's IndexedDB, so that a closed laptop or a restarted server loses nothing.
 *
 * One store for all datasets; a scope (account, region, dataset) tells them apart. A browser that gives no
 * IndexedDB, as some do in private windows, keeps them in memory alone.
 */

import type { Keeper, PendingEdit } from "./outbox";

const DATABASE = "vedette-labelling";
const STORE = "edits";

interface Row {
  readonly scope: string;
  readonly source: string;
  readonly edit: PendingEdit;
}

export function keeperOf(scope: string): Keeper {
  return {
    load: async () => {
      const rows = await withStore("readonly", (store) => store.index("scope").getAll(scope));
      return (rows as Row[]).map(({ edit }) => edit);
    },
    put: async (edit) => {
      const row: Row = { scope, source: edit.source, edit };
      await withStore("readwrite", (store) => store.put(row));
    },
    remove: async (source) => {
      await withStore("readwrite", (store) => store.delete([scope, source]));
    },
  };
}

/** A keeper for tests, and for browsers without IndexedDB. */
export function keeperInMemory(edits = new Map<string, PendingEdit>()): Keeper {
  return {
    load: () => Promise.resolve([...edits.values()]),
    put: (edit) => {
      edits.set(edit.source, edit);
      return Promise.resolve();
    },
    remove: (source) => {
      edits.delete(source);
      return Promise.resolve();
    },
  };
}

let opening: Promise<IDBDatabase> | undefined;

function open(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore(STORE, { keyPath: ["scope", "source"] });
      store.createIndex("scope", "scope");
    };
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error("IndexedDB does not open"));
    };
  });
  return opening;
}

async function withStore(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest,
): Promise<unknown> {
  const database = await open();
  return new Promise((resolve, reject) => {
    // Written through to the disk: a laptop may be closed a moment later.
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    const request = act(transaction.objectStore(STORE));
    transaction.oncomplete = () => {
      resolve(request.result);
    };
    transaction.onabort = () => {
      reject(transaction.error ?? new Error("IndexedDB took nothing"));
    };
  });
}
