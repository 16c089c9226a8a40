/**
 * Who is signed in, asked before anything is drawn: while the page's scripts come, one request finds the session
 * or, where the address has a one-time link, begins it. Knows neither React nor the cache.
 */
import { asFault } from "./fault";
import { takeLink } from "./link";
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
  /** Whether nothing answers until a second factor was added. */
  readonly lacksFactor: boolean;
}

/** The session; null when nobody is signed in. */
export async function fetchSession(): Promise<Session | null> {
  try {
    return (await (await send("session")).json()) as Session;
  } catch (error) {
    if (asFault(error).isSignedOut) return null;
    throw error;
  }
}

let linkFault: unknown = null;

/** Why the link of the address opened nothing; null where it did, or where there was none. */
export function faultOfLink(): unknown {
  return linkFault;
}

async function begin(): Promise<Session | null> {
  const link = takeLink();
  if (link === null) return fetchSession();
  try {
    return (await (await send("session", { method: "POST", json: { link } })).json()) as Session;
  } catch (error) {
    // Whoever is signed in already loses nothing by a link that was used before.
    linkFault = error;
    return fetchSession();
  }
}

let first: Promise<Session | null> | null = null;

/** Begins the request, once. */
export function beginSession(): void {
  first = begin();
  // Who takes it handles its failure; until then it is none of the browser's.
  first.catch(() => undefined);
}

/** The answer of the first request for who asks first, and of a new one for who asks again. */
export function takeSession(): Promise<Session | null> {
  const answer = first ?? fetchSession();
  first = null;
  return answer;
}
