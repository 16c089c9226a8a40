/** The SHA-256 of a file: by the browser, or by a worker where the page came over plain http. */

interface Answer {
  readonly number: number;
  readonly hash?: string;
  readonly fault?: string;
}

let worker: Worker | undefined;
let count = 0;
const waiting = new Map<number, (answer: Answer) => void>();

function openWorker(): Worker {
  const opened = new Worker(new URL("./hash.worker.ts", import.meta.url), { type: "module" });
  opened.addEventListener("message", (event: MessageEvent<Answer>) => {
    waiting.get(event.data.number)?.(event.data);
    waiting.delete(event.data.number);
  });
  return opened;
}

async function hashBeside(file: Blob): Promise<string> {
  worker ??= openWorker();
  count += 1;
  const number = count;
  const answer = await new Promise<Answer>((resolve) => {
    waiting.set(number, resolve);
    worker?.postMessage({ number, file });
  });
  if (answer.hash === undefined) throw new Error(answer.fault ?? "");
  return answer.hash;
}

/** The hash in hexadecimal digits; fails where the file cannot be read any more. */
export async function hashOf(file: Blob): Promise<string> {
  // Without a secure context there is none, whatever the type says.
  const { subtle } = globalThis.crypto as { readonly subtle?: SubtleCrypto };
  if (subtle === undefined) return hashBeside(file);
  const digest = await subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
