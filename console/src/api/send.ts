/** One way to the server: same origin, JSON, the session's cookie, and its token on all that changes. */
import { BAD_TOKEN, Fault, faultOf, OFFLINE } from "./fault";

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

/** The line was cut, before the answer or within it: a server that is killed cuts it anywhere. */
function cutOff(error: unknown): unknown {
  if (isAbort(error)) return error;
  return new Fault(0, OFFLINE, error instanceof Error ? error.message : String(error), null);
}

/** The JSON of an answer; a half one is none. */
export async function jsonOf(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch (error) {
    throw cutOff(error);
  }
}

/** Who hears what a refusal says of the session itself, whatever was asked for. */
export interface SessionListener {
  /** The session has ended. */
  readonly onEnd: () => void;
  /** Another tab of this browser has signed in: the cookie is that of another session. */
  readonly onRenewal: () => void;
}

let listener: SessionListener | undefined;

export function listenToSession(next: SessionListener): void {
  listener = next;
}

function noticeSession(path: string, fault: Fault): void {
  // Whoever signs in, or asks whether somebody is signed in, reads the answer.
  if (fault.isSignedOut && path !== "session") listener?.onEnd();
  if (fault.code === BAD_TOKEN) listener?.onRenewal();
}

/** Sends a request of the console and answers with a success; everything else is thrown as a Fault. */
export async function send(path: string, sending: Sending = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(BASE + path, initOf(sending));
  } catch (error) {
    throw cutOff(error);
  }
  if (!answer.ok) {
    const fault = await faultOf(answer).catch((error: unknown) => {
      throw cutOff(error);
    });
    noticeSession(path, fault);
    throw fault;
  }
  return answer;
}
