/** The server's events for this tab, from the stream that all tabs of the browser share where they can. */
import { openStream, type LiveEvent } from "./stream";

export type { LiveEvent };

/** Hears every event until the returned function is called. */
export function listenLive(tell: (event: LiveEvent) => void): () => void {
  if (!("SharedWorker" in window)) {
    const stream = openStream(tell);
    return () => stream.close();
  }
  const worker = new SharedWorker(new URL("./live.worker.ts", import.meta.url), { type: "module" });
  worker.port.addEventListener("message", ({ data }: MessageEvent<LiveEvent>) => tell(data));
  worker.port.start();
  return () => worker.port.close();
}
