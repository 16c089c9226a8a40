/** Who is signed in: read once, and ended by hand, by time or by the server. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { queryClient, SESSION_KEY } from "./client";
import { takeSession, type Session } from "./first";
import { send } from "./send";

export type { Session } from "./first";

export type Proof =
  | {
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      /** Of temporary keys. */
      readonly sessionToken?: string;
    }
  | { readonly link: string };

const SESSION_QUERY = { queryKey: SESSION_KEY, queryFn: takeSession, staleTime: Infinity };

/** The session; null when nobody is signed in. */
export function useSession() {
  return useQuery(SESSION_QUERY);
}

/** Fetches the session before a page asks for it; answers whether somebody is signed in. */
export async function fetchAhead(): Promise<boolean> {
  await queryClient.query(SESSION_QUERY).catch(() => undefined);
  return currentSession() !== null;
}

export function currentSession(): Session | null {
  return queryClient.getQueryData<Session | null>(SESSION_KEY) ?? null;
}

/** The session of whoever is signed in, for components below the sign-in. */
export function useSignedIn(): Session {
  const session = useSession().data;
  if (!session) throw new Error("nobody is signed in");
  return session;
}

/** Whoever comes next sees nothing that the one before was shown. */
function changePerson(session: Session | null): void {
  queryClient.setQueryData(SESSION_KEY, session);
  queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION_KEY[0] });
}

async function signIn(proof: Proof): Promise<Session> {
  return (await (await send("session", { method: "POST", json: proof })).json()) as Session;
}

export function useSignIn() {
  return useMutation({
    mutationFn: signIn,
    onSuccess: (session) => changePerson(session),
  });
}

export function useSignOut() {
  return useMutation({
    mutationFn: () => send("session", { method: "DELETE", csrf: currentSession()?.csrf }),
    onSuccess: () => changePerson(null),
  });
}
