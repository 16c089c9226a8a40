/** The design system's fonts as files: it carries them as data: addresses, which our pages may not load. */
import type { Plugin } from "vite";

// Slanted and light letters stand nowhere in the console; browsers draw them from the others where text has them.
const UNUSED = /@font-face\s*\{[^}]*font-(?:style:\s*italic|weight:\s*(?:300|800))[^}]*\}/gu;
const EMBEDDED = /url\((['"]?)data:font\/woff2;base64,([A-Za-z0-9+/=]+)\1\)/gu;

export function fontFiles(): Plugin {
  return {
    name: "vedette-font-files",
    apply: "build",
    enforce: "pre",
    transform(code, id) {
      if (!id.includes("@cloudscape-design/global-styles") || !id.endsWith(".css")) return null;
      return code.replace(UNUSED, "").replace(EMBEDDED, (_, _quote, base64: string) => {
        const file = this.emitFile({
          type: "asset",
          name: "open-sans.woff2",
          source: Buffer.from(base64, "base64"),
        });
        return `url(__VITE_ASSET__${file}__)`;
      });
    },
  };
}
