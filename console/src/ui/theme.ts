/** Light or dark: the person's choice, or the machine's as long as nothing was chosen. */
import { applyMode, Mode } from "@cloudscape-design/global-styles";
import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const REMEMBERED = "vedette.theme";
const machine = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

export function currentTheme(): Theme {
  const theme = localStorage.getItem(REMEMBERED);
  return theme === "light" || theme === "dark" ? theme : "system";
}

export function isDark(): boolean {
  const theme = currentTheme();
  return theme === "dark" || (theme === "system" && machine.matches);
}

export function applyTheme(): void {
  applyMode(isDark() ? Mode.Dark : Mode.Light);
  document.documentElement.style.colorScheme = isDark() ? "dark" : "light";
  for (const listener of listeners) listener();
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(REMEMBERED, theme);
  applyTheme();
}

machine.addEventListener("change", applyTheme);
// Chosen in another tab.
window.addEventListener("storage", ({ key }) => {
  if (key === REMEMBERED) applyTheme();
});

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, currentTheme);
}

/** Whether the page is dark now: for what is drawn by hand and not by the design system. */
export function useIsDark(): boolean {
  return useSyncExternalStore(subscribe, isDark);
}
