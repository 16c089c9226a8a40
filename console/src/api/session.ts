/** Who is signed in: read once, and ended by hand, by time or by the server. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { queryClient, SESSION_KEY } from "./client";
import { fetchSession, takeSession, type Session } from "./first";
import { showToSignIn } from "./passkeys";
import { listenToSession, send } from "./send";

export type { Session } from "./first";

export type Proof =
  | {
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      /** Of temporary keys. */
      readonly sessionToken?: string;
      /** Of a second factor, or to recover from its loss. */
      readonly code?: string;
      /** A passkey in place of a code: the browser asks for it. */
      readonly byPasskey?: true;
    }
  | { readonly link: string }
  /** A passkey alone. */
  | { readonly byPasskey: true };

const SESSION_QUERY = {
  queryKey: SESSION_KEY,
  queryFn: takeSession,
  staleTime: Infinity,
  // Who signed in again in another tab is signed in here as well.
  refetchOnWindowFocus: ({ state }: { readonly state: { readonly data?: Session | null | undefined } }) =>
    state.data === null ? ("always" as const) : false,
};

/** Whether somebody was signed in here until the server ended it. */
let isEnded = false;

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
  isEnded = false;
  queryClient.setQueryData(SESSION_KEY, session);
  queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION_KEY[0] });
}

export function hasSessionEnded(): boolean {
  return isEnded;
}

let renewing: Promise<void> | null = null;

/** Learns who is signed in now: the same person with another token, another one, or nobody. */
async function renew(): Promise<void> {
  const before = currentSession();
  const now = await fetchSession().catch(() => before);
  if (now?.arn === before?.arn) queryClient.setQueryData(SESSION_KEY, now);
  else changePerson(now);
}

listenToSession({
  onEnd: () => {
    isEnded = isEnded || currentSession() !== null;
    queryClient.setQueryData(SESSION_KEY, null);
  },
  onRenewal: () => {
    renewing ??= renew().finally(() => {
      renewing = null;
    });
  },
});

async function signIn(proof: Proof): Promise<Session> {
  const { byPasskey = false, ...typed } = { byPasskey: undefined, ...proof };
  const json = byPasskey ? { ...typed, passkey: await showToSignIn() } : typed;
  return (await (await send("session", { method: "POST", json })).json()) as Session;
}

export function useSignIn() {
  return useMutation({
    mutationFn: signIn,
    onSuccess: (session) => changePerson(session),
  });
}

/** Asks anew who is signed in: what they may do here has changed. */
export async function refetchSession(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: SESSION_KEY });
}

/** How somebody may sign in here. */
export interface Ways {
  /** What the company is called whose people sign in at its own provider; null where there is none. */
  readonly company: string | null;
  readonly keys: boolean;
  /** Whether this address has a name that passkeys can be bound to. */
  readonly passkeys: boolean;
}

export function useWays() {
  return useQuery({
    queryKey: ["ways"],
    queryFn: async () => (await (await send("ways")).json()) as Ways,
    staleTime: Infinity,
  });
}

/** Leaves for the company's provider, which leads back to the page that was asked for. */
export function goToCompany(): void {
  const page = window.location.pathname.replace(/^\/console/u, "") + window.location.search;
  window.location.assign(`/console/api/company-begin?to=${encodeURIComponent(page)}`);
}

/** Why the company's provider signed nobody in, where it led back here; taken out of the address. */
export function takeProblem(): string | null {
  const found = /^#problem=(company-[a-z]+)$/u.exec(window.location.hash)?.[1] ?? null;
  if (found !== null)
    window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  return found;
}

export function useSignOut() {
  return useMutation({
    mutationFn: () => send("session", { method: "DELETE", csrf: currentSession()?.csrf }),
    onSuccess: () => changePerson(null),
  });
}
