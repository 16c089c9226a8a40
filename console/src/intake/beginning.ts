/** Begins uploads that outlive the page which began them. No React. */
import { holdUpload, noteEnd } from "./running";
import { Uploader, type Picture, type UploadTarget } from "./uploader";

export function beginUpload(pictures: readonly Picture[], target: UploadTarget): Uploader {
  const uploader = new Uploader(pictures, target);
  holdUpload(uploader);
  void uploader.run().finally(noteEnd);
  return uploader;
}

export async function untilOver(uploader: Uploader): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = uploader.subscribe(() => {
      if (!uploader.state().isOver) return;
      end();
      resolve();
    });
  });
}
