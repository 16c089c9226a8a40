/** One way to the server: same origin, JSON, the session's cookie, and its token on all that changes. */
import { Fault, faultOf, OFFLINE } from "./fault";

const BASE = "/console/api/";

export interface Sending {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly json?: unknown;
  readonly body?: BodyInit;
  readonly csrf?: string | undefined;
  readonly region?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

function headersOf(sending: Sending): Headers {
  const headers = new Headers({ Accept: "application/json" });
  if (sending.json !== undefined) headers.set("Content-Type", "application/json");
  if (sending.csrf !== undefined) headers.set("X-Vedette-Csrf", sending.csrf);
  if (sending.region !== undefined) headers.set("X-Vedette-Region", sending.region);
  return headers;
}

function initOf(sending: Sending): RequestInit {
  const body = sending.json === undefined ? sending.body : JSON.stringify(sending.json);
  return {
    method: sending.method ?? "GET",
    headers: headersOf(sending),
    credentials: "same-origin",
    cache: "no-store",
    ...(body === undefined ? {} : { body }),
    ...(sending.signal === undefined ? {} : { signal: sending.signal }),
  };
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** Sends a request of the console and answers with a success; everything else is thrown as a Fault. */
export async function send(path: string, sending: Sending = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(BASE + path, initOf(sending));
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new Fault(0, OFFLINE, error instanceof Error ? error.message : String(error), null);
  }
  if (!answer.ok) throw await faultOf(answer);
  return answer;
}
