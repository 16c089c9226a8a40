/** The person's own sessions, and how one is ended. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { currentSession, queryClient, send } from "../../api";

export interface OwnSession {
  readonly id: string;
  readonly created: string;
  readonly used: string;
  readonly expires: string;
  readonly address: string;
  readonly agent: string;
  readonly isCurrent: boolean;
}

const KEY = ["sessions"];

async function fetchSessions(): Promise<readonly OwnSession[]> {
  const answer = (await (await send("sessions")).json()) as { readonly sessions: readonly OwnSession[] };
  return answer.sessions;
}

export function useSessions() {
  return useQuery({ queryKey: KEY, queryFn: fetchSessions });
}

export function useEndSession() {
  return useMutation({
    mutationFn: (id: string) =>
      send(`sessions/${encodeURIComponent(id)}`, { method: "DELETE", csrf: currentSession()?.csrf }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: KEY }),
  });
}
