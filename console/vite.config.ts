import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { loadedAhead } from "./build/ahead.ts";
import { fontFiles } from "./build/fonts.ts";

// The server that `npm run dev` hands the console's calls to.
const SERVER = process.env.VEDETTE_ADDRESS ?? "http://127.0.0.1:8080";

// eslint-disable-next-line no-restricted-exports -- Vite asks for a default export.
export default defineConfig({
  base: "/console/",
  plugins: [fontFiles(), react(), loadedAhead()],
  build: {
    outDir: "dist",
    target: "es2023",
    // The page may load nothing from data: but pictures, so that fonts and scripts stay files.
    assetsInlineLimit: 0,
    sourcemap: false,
    // The design system's frame is one piece of this size; what counts is what comes compressed.
    chunkSizeWarningLimit: 1200,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/console/api": { target: SERVER, changeOrigin: true } } },
  test: { environment: "node", include: ["src/**/*.test.{ts,tsx}", "tests/**/*.test.{ts,tsx}"] },
});
