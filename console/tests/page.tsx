// A page shown in a document of happy-dom, in English, by a server that answers as a test says. Not a test itself.
import { QueryClientProvider } from "@tanstack/react-query";
import { act } from "react";
import { createRoot } from "react-dom/client";
import { createMemoryRouter, RouterProvider, type RouteObject } from "react-router";
import { queryClient } from "../src/api";
import { loadCatalogue } from "../src/i18n/catalogue";
import { LanguageProvider } from "../src/i18n/context";

/** What an operation answers, by "service/Operation"; a Response as it is, everything else as JSON. */
export type Answers = Record<string, (input: Readonly<Record<string, unknown>>) => unknown>;

const WAIT_MS = 20_000;
const STEP_MS = 10;

export const missing = (what: string): Response =>
  Response.json({ code: "ResourceNotFoundException", message: `There is no ${what}.` }, { status: 404 });

function serve(answers: Answers): typeof fetch {
  return async (address, init) => {
    // The console names an address always by a string.
    const path = (address as string).replace("/console/api/", "").split("?")[0] ?? "";
    const answer = answers[path];
    if (answer === undefined) return Response.json({ code: "Unknown", message: path }, { status: 400 });
    const input = typeof init?.body === "string" ? (JSON.parse(init.body) as Record<string, unknown>) : {};
    const value = await answer(input);
    return value instanceof Response ? value : Response.json(value);
  };
}

/** The stream of events, which a test speaks through. */
class Events extends EventTarget {
  static last: Events | null = null;
  constructor() {
    super();
    Events.last = this;
  }
  close(): void {
    Events.last = null;
  }
}

/** Pages are loaded when their route is first gone to, which takes a test longer than anything that it asks. */
export async function loaded(routes: readonly RouteObject[]): Promise<RouteObject[]> {
  const pages = routes.map(async ({ path = "", lazy }): Promise<RouteObject> => {
    if (typeof lazy !== "function") throw new Error(`the page ${path} is not loaded on demand`);
    const { Component = null } = await lazy();
    return { path, Component };
  });
  return Promise.all(pages);
}

export class Page {
  private constructor(
    readonly body: HTMLElement,
    private readonly unmount: () => void,
  ) {}

  static async open(routes: RouteObject[], address: string, answers: Answers): Promise<Page> {
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true, fetch: serve(answers), EventSource: Events });
    queryClient.clear();
    const catalogue = await loadCatalogue("en");
    const router = createMemoryRouter(routes, { initialEntries: [address] });
    const body = document.body.appendChild(document.createElement("main"));
    const root = createRoot(body);
    await act(async () => {
      root.render(
        <QueryClientProvider client={queryClient}>
          <LanguageProvider first={catalogue}>
            <RouterProvider router={router} />
          </LanguageProvider>
        </QueryClientProvider>,
      );
      await Promise.resolve();
    });
    return new Page(body, () => act(() => root.unmount()));
  }

  close(): void {
    this.unmount();
    document.body.replaceChildren();
    queryClient.clear();
  }

  /** Everything that is to be read, dialogs too. */
  get text(): string {
    return document.body.textContent;
  }

  async until(isSo: () => boolean): Promise<void> {
    const end = Date.now() + WAIT_MS;
    while (!isSo()) {
      if (Date.now() > end) throw new Error(`the page did not come to say it, but: ${this.text}`);
      await act(() => new Promise((resolve) => setTimeout(resolve, STEP_MS)));
    }
  }

  says(text: string): Promise<void> {
    return this.until(() => this.text.includes(text));
  }

  all(selector: string): HTMLElement[] {
    return [...document.body.querySelectorAll<HTMLElement>(selector)];
  }

  /** The first of them that says this. */
  find(selector: string, text = ""): HTMLElement {
    const element = this.all(selector).find((candidate) => candidate.textContent.includes(text));
    if (element === undefined) throw new Error(`no ${selector} says ${text}: ${this.text}`);
    return element;
  }

  async click(selector: string, text = ""): Promise<void> {
    await act(async () => {
      this.find(selector, text).click();
      await Promise.resolve();
    });
  }

  async hear(event: string, data: unknown = {}): Promise<void> {
    await act(async () => {
      Events.last?.dispatchEvent(new MessageEvent(event, { data: JSON.stringify(data) }));
      await Promise.resolve();
    });
  }
}
