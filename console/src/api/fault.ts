/** What a call ends with when it fails, in one form for services, routes of the console and the network. */

export class Fault extends Error {
  override readonly name = "Fault";

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly requestId: string | null,
    /** The server's name for what was wrong, where it has one: sentences of a catalogue go by it. */
    readonly reason = "",
  ) {
    super(message);
  }

  /** Nothing came back: the server is away, or the network is. */
  get isOffline(): boolean {
    return this.status === 0;
  }

  get isSignedOut(): boolean {
    return this.status === 401;
  }

  /** The token of another session: this tab learns of it and the same is taken at the next try. */
  get isOfOtherSession(): boolean {
    return this.code === BAD_TOKEN;
  }

  /** Worth trying again without anybody doing anything. */
  get isPassing(): boolean {
    return this.isOffline || this.status === 429 || this.status >= 500;
  }
}

export const OFFLINE = "ServerUnreachable";
/** The reason of a fault whose message is a name that nothing can have. */
export const MISTYPED = "mistyped";
export const BAD_TOKEN = "BadCsrfToken";

function textAt(document: unknown, key: string): string | null {
  if (typeof document !== "object" || document === null) return null;
  const value: unknown = (document as Record<string, unknown>)[key];
  return typeof value === "string" ? value : null;
}

/** Reads the fault out of an answer that is no success. */
export async function faultOf(answer: Response): Promise<Fault> {
  const text = await answer.text();
  let document: unknown = null;
  try {
    document = JSON.parse(text);
  } catch {
    // A page of a proxy between us and the server; its status is all that can be told.
  }
  return new Fault(
    answer.status,
    textAt(document, "code") ?? `Http${String(answer.status)}`,
    textAt(document, "message") ?? answer.statusText,
    textAt(document, "requestId") ?? answer.headers.get("x-amzn-requestid"),
    textAt(document, "reason") ?? "",
  );
}

export function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  return new Fault(-1, "ConsoleError", error instanceof Error ? error.message : String(error), null);
}
