/** The cache of everything the server said, which retries what passes. */
import { QueryClient } from "@tanstack/react-query";
import { asFault } from "./fault";

export const SESSION_KEY = ["session"] as const;
const MOST_RETRIES = 2;

export const queryClient: QueryClient = new QueryClient({
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
