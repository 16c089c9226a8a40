/** Fetches an object of a bucket with the person's own rights, and hands it to the browser as a file. */
import { currentRegion, currentSession, send } from "../../api";

interface StoredObject {
  readonly bucket: string;
  readonly key: string;
}

/** Browsers keep a file's bytes as long as its address stands; it is read in this time. */
const STANDS_MS = 10_000;

function hand(bytes: Blob, name: string): void {
  const link = document.createElement("a");
  const address = URL.createObjectURL(bytes);
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), STANDS_MS);
}

export async function downloadObject({ bucket, key }: StoredObject): Promise<void> {
  const answer = await send("s3/GetObject", {
    method: "POST",
    json: { Bucket: bucket, Key: key },
    csrf: currentSession()?.csrf,
    region: currentRegion(),
  });
  hand(await answer.blob(), key.split("/").at(-1) ?? key);
}

/** A model as the folder that runs anywhere, zipped. */
export async function downloadModel(arn: string, name: string): Promise<void> {
  const answer = await send("vedette/DownloadModel", {
    method: "POST",
    json: { ModelArn: arn },
    csrf: currentSession()?.csrf,
    region: currentRegion(),
  });
  hand(await answer.blob(), `${name}.zip`);
}
