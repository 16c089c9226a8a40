/** Holds the one stream of events for all tabs of a browser: a server counts streams, and browsers connections. */
import { openStream } from "./stream";

const tabs = new Set<MessagePort>();
let stream: EventSource | undefined;

self.addEventListener("connect", (event) => {
  const [port] = (event as MessageEvent).ports;
  if (port === undefined) return;
  tabs.add(port);
  // After a sign-out, or once the browser has given up, the next page begins anew.
  if (stream === undefined || stream.readyState === EventSource.CLOSED) {
    stream = openStream((live) => {
      for (const tab of tabs) tab.postMessage(live);
    });
  }
});
