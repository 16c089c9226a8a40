/** A window's `sessionStorage` for tests, which run without a window. */
import { vi } from "vitest";

class MemoryStore {
  readonly items = new Map<string, string>();
  getItem(key: string) {
    return this.items.get(key) ?? null;
  }
  setItem(key: string, value: string) {
    this.items.set(key, value);
  }
}

/** Begins a test as a window does: no module is loaded yet, and nothing is stored. */
export function openWindow(): void {
  vi.resetModules();
  vi.stubGlobal("sessionStorage", new MemoryStore());
}
