/** The cache of everything the server said: retries what passes, and forgets the session when it ended. */
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { asFault } from "./fault";

export const SESSION_KEY = ["session"] as const;
const MOST_RETRIES = 2;

function noticeEnd(error: unknown): void {
  if (asFault(error).isSignedOut) queryClient.setQueryData(SESSION_KEY, null);
}

export const queryClient: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeEnd }),
  mutationCache: new MutationCache({ onError: noticeEnd }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (tries, error) => asFault(error).isPassing && tries < MOST_RETRIES,
      // The server is on loopback or in the building: what the browser thinks of the internet says nothing.
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});
