/** Hashes files beside the page, where the browser has no hash of its own for it. */
import { sha256 } from "./sha256";

interface Question {
  readonly number: number;
  readonly file: Blob;
}

self.addEventListener("message", (event: MessageEvent<Question>) => {
  const { number, file } = event.data;
  void file.arrayBuffer().then(
    (bytes) => self.postMessage({ number, hash: sha256(new Uint8Array(bytes)) }),
    (error: unknown) => self.postMessage({ number, fault: String(error) }),
  );
});
