/** The providers that every page stands in. */
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { RouterProvider } from "react-router";
import { queryClient } from "./api";
import type { Catalogue } from "./i18n/catalogue";
import { LanguageProvider } from "./i18n/context";
import { router } from "./routes";

export function App({ catalogue }: { readonly catalogue: Catalogue }) {
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
