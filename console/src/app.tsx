/** The providers that every page stands in. */
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";
import { fetchAhead, fetchProjectsAhead, queryClient } from "./api";
import type { Catalogue } from "./i18n/catalogue";
import { LanguageProvider } from "./i18n/context";
import { router } from "./routes";

function App({ catalogue }: { readonly catalogue: Catalogue }) {
  return (
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <LanguageProvider first={catalogue}>
          <RouterProvider router={router} />
        </LanguageProvider>
      </QueryClientProvider>
    </StrictMode>
  );
}

/** What the first page will ask for once it is drawn, asked while it is. */
async function askAhead(): Promise<void> {
  if ((await fetchAhead()) && window.location.pathname === "/console/") await fetchProjectsAhead();
}

export function draw(catalogue: Catalogue): void {
  void askAhead();
  const root = document.getElementById("root");
  if (root !== null) createRoot(root).render(<App catalogue={catalogue} />);
}
