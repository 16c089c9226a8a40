/** Who is signed in: read once, and ended by hand, by time or by the server. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { queryClient, SESSION_KEY } from "./client";
import { asFault } from "./fault";
import { send } from "./send";

export interface Session {
  readonly account: string;
  readonly name: string;
  readonly arn: string;
  readonly isRoot: boolean;
  readonly csrf: string;
  /** The installation's own. */
  readonly region: string;
  /** Those with projects, and the installation's own. */
  readonly regions: readonly string[];
  readonly id: string;
  readonly expires: string;
}

export type Proof =
  { readonly accessKeyId: string; readonly secretAccessKey: string } | { readonly link: string };

async function fetchSession(): Promise<Session | null> {
  try {
    return (await (await send("session")).json()) as Session;
  } catch (error) {
    if (asFault(error).isSignedOut) return null;
    throw error;
  }
}

/** The session; null when nobody is signed in. */
export function useSession() {
  return useQuery({ queryKey: SESSION_KEY, queryFn: fetchSession, staleTime: Infinity });
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
