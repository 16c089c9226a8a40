/** Pictures of this computer into the account's bucket of uploads, four at a time, for a trial. No React. */
import { currentSession, send } from "../../api";

const AT_ONCE = 4;

/** As many as one trial takes. */
export const MOST_PICTURES = 2000;

interface Uploaded {
  readonly sourceRef: string;
}

export async function uploadAll(
  files: readonly File[],
  region: string,
  onProgress: (done: number) => void,
): Promise<string[]> {
  const refs: string[] = [];
  let next = 0;
  let done = 0;
  const work = async () => {
    for (let place = next++; place < files.length; place = next++) {
      const file = files[place];
      if (file === undefined) return;
      refs.push(await uploadOne(file, region));
      onProgress(++done);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return refs;
}

async function uploadOne(file: File, region: string): Promise<string> {
  const answer = await send(`upload?name=${encodeURIComponent(file.name)}`, {
    method: "PUT",
    body: file,
    csrf: currentSession()?.csrf,
    region,
  });
  return ((await answer.json()) as Uploaded).sourceRef;
}
