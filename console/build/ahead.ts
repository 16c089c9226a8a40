/**
 * Has the page ask for the code of all pages while it is read, beside the small file that begins: what that file
 * imports later would otherwise be asked for only once it runs.
 */
import type { Plugin } from "vite";

const BEGUN = "/src/app.tsx";

/** What tells of work beside the page: browsers never fetch code again that failed to come once. */
const ALWAYS_THERE = ["/src/intake/UploadNotices.tsx", "/src/features/datasets/suggestions/WorkEvents.tsx"];

export function loadedAhead(): Plugin {
  return {
    name: "vedette-loaded-ahead",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((output) => output.type === "chunk");
        const first = chunks.find((chunk) => chunk.facadeModuleId?.endsWith(BEGUN));
        if (first === undefined) throw new Error(`The build has no piece of ${BEGUN}.`);
        const wanted = [first, ...chunks.filter((chunk) => first.imports.includes(chunk.fileName))];
        const late = ALWAYS_THERE.find(
          (part) => !wanted.some((chunk) => chunk.moduleIds.some((id) => id.endsWith(part))),
        );
        if (late !== undefined) throw new Error(`${late} is to come with the first page.`);
        const styles = wanted.flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])]);
        const link = (file: string, rel: string) => ({
          tag: "link",
          attrs: { rel, crossorigin: true, href: `/console/${file}` },
          injectTo: "head" as const,
        });
        return [
          ...wanted.filter((chunk) => !chunk.isEntry).map((chunk) => link(chunk.fileName, "modulepreload")),
          ...[...new Set(styles)]
            .filter((file) => !html.includes(file))
            .map((file) => link(file, "stylesheet")),
        ];
      },
    },
  };
}
