/**
 * What the server says by itself: one stream for all who listen in this tab, and none while the tab is hidden,
 * since a browser has six connections to a server for all its tabs. Who shows again asks anew for everything.
 */
import { useEffect, useSyncExternalStore } from "react";
import { queryClient } from "./client";

/** How a model is, whenever that changes. */
export interface ModelEvent {
  readonly projectArn: string;
  readonly modelArn: string;
  readonly state: string;
  readonly message: string;
  readonly stage: string | null;
  readonly done: number | null;
  readonly of: number | null;
  readonly secondsLeft?: number | null;
  readonly candidates: readonly {
    readonly recipe: string;
    readonly state: "waiting" | "judging" | "judged" | "given-up" | "passed-over" | "kept";
    readonly quality: number | null;
  }[];
}

const ADDRESS = "/console/api/events";
let listeners = 0;
let stream: EventSource | null = null;
let models: Readonly<Record<string, ModelEvent>> = {};
const subscribers = new Set<() => void>();

function noteModel(event: MessageEvent<string>): void {
  const facts = JSON.parse(event.data) as ModelEvent;
  const before = models[facts.modelArn];
  models = { ...models, [facts.modelArn]: facts };
  for (const subscriber of subscribers) subscriber();
  // Of a stage only the bar moves on; another state is another answer to most questions.
  if (before?.state !== facts.state) void askAnew();
}

/** The lists first: of a version that is gone its page closes, and then nobody asks for its report. */
async function askAnew(): Promise<void> {
  await Promise.all(
    ["rekognition", "lookoutvision"].map((service) => queryClient.invalidateQueries({ queryKey: [service] })),
  );
  await queryClient.invalidateQueries({ queryKey: ["vedette"] });
}

function forgetModels(): void {
  if (Object.keys(models).length === 0) return;
  models = {};
  for (const subscriber of subscribers) subscriber();
}

/** A page that is only being shown has just asked for what it shows; one that comes back has not. */
function open(isBack: boolean): void {
  if (stream !== null || listeners === 0 || document.visibilityState === "hidden") return;
  let isKnown = !isBack;
  stream = new EventSource(ADDRESS);
  stream.addEventListener("model", noteModel);
  // Another version, or one less, perhaps the one that is looked at.
  stream.addEventListener("versions", () => void askAnew());
  stream.addEventListener("reset", () => {
    // Of a server that was killed: what it said last of a training is not so any more, and may not be said again.
    forgetModels();
    if (!isKnown) void queryClient.invalidateQueries();
    isKnown = false;
  });
}

function close(): void {
  stream?.close();
  stream = null;
}

function follow(): void {
  if (document.visibilityState === "hidden") close();
  else open(true);
}

/** Listens as long as a page is shown that says something of it. */
export function useEvents(): void {
  useEffect(() => {
    listeners += 1;
    if (listeners === 1) document.addEventListener("visibilitychange", follow);
    open(false);
    return () => {
      listeners -= 1;
      if (listeners > 0) return;
      document.removeEventListener("visibilitychange", follow);
      close();
      models = {};
    };
  }, []);
}

function subscribe(subscriber: () => void): () => void {
  subscribers.add(subscriber);
  return () => subscribers.delete(subscriber);
}

/** What was last said of a model; nothing where nothing was. */
export function useModelEvent(arn: string | undefined): ModelEvent | undefined {
  useEvents();
  const all = useSyncExternalStore(subscribe, () => models);
  return arn === undefined ? undefined : all[arn];
}
