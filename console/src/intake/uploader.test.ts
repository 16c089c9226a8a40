import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Picture, UploadState } from "./uploader";

/** What the modules of the console look for where there is no window. */
vi.stubGlobal(
  "window",
  Object.assign(globalThis, { location: { search: "", hash: "" }, addEventListener: () => undefined }),
);
vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });
const { Uploader } = await import("./uploader");
const { queryClient, SESSION_KEY } = await import("../api/client");

const ARN = "arn:aws:rekognition:us-east-1:1:project/parts/1";
const ANA = { arn: "arn:aws:iam::1:user/ana", csrf: "a" };

interface Edit {
  readonly Line: string;
}
interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message?: string;
  readonly reason?: string;
}

/** The routes that an upload asks, on pictures that are their own hash. */
class Server {
  readonly entries = new Map<string, string>();
  readonly asked: string[] = [];
  /** Refuses a request by its last name and its body. */
  refuse: (name: string, body: string) => Refusal | undefined = () => undefined;

  readonly fetch = async (address: string, init: RequestInit): Promise<Response> => {
    const name = /([^/?]+)(?:\?|$)/u.exec(address.replace("/console/api/", ""))?.[1] ?? "";
    const body = init.body instanceof Blob ? await init.body.text() : (init.body as string);
    this.asked.push(name);
    const refusal = this.refuse(name, body);
    if (refusal !== undefined) return Response.json(refusal, { status: refusal.status });
    return Response.json(this.#answer(name, body));
  };

  #answer(name: string, body: string): unknown {
    if (name === "uploads") return { uploads: {} };
    if (name === "upload") return { sourceRef: `s3://b/${body}` };
    const json = JSON.parse(body) as { Filter?: { SourceRefs: string[] }; Edits?: Edit[] };
    if (name === "QueryEntries") {
      const wanted = json.Filter?.SourceRefs ?? [];
      return {
        Entries: wanted.filter((ref) => this.entries.has(ref)).map((SourceRef) => ({ SourceRef })),
      };
    }
    for (const { Line } of json.Edits ?? []) this.entries.set(refOf(Line), Line);
    return {};
  }
}

function refOf(line: string): string {
  return (JSON.parse(line) as { "source-ref": string })["source-ref"];
}

function pictures(count: number, label?: string): Picture[] {
  return Array.from({ length: count }, (_, number) => ({
    name: `${String(number)}.jpg`,
    open: () => Promise.resolve(new Blob([`p${String(number)}`])),
    ...(label === undefined ? {} : { label }),
  }));
}

let server: Server;

beforeEach(() => {
  server = new Server();
  vi.stubGlobal("fetch", server.fetch);
  queryClient.setQueryData(SESSION_KEY, ANA);
});

async function upload(list: readonly Picture[]): Promise<UploadState> {
  const uploader = new Uploader(list, { arn: ARN, service: "rekognition", type: "train" });
  await uploader.run();
  return uploader.state();
}

describe("an upload", () => {
  it("brings everything in once", async () => {
    const { done, added, failed, ending } = await upload(pictures(450));
    expect([done, added, failed, ending, server.entries.size]).toEqual([450, 450, 0, "", 450]);
  });

  it("ends, and sends no other picture, when the dataset was deleted", async () => {
    server.refuse = (name) =>
      name === "QueryEntries" ? { status: 404, code: "ResourceNotFoundException" } : undefined;
    const { done, failed, ending, isOver } = await upload(pictures(2000));
    expect([done, failed, ending, isOver]).toEqual([0, 0, "gone", true]);
    expect(server.asked.filter((name) => name === "upload").length).toBeLessThan(2000);
  });

  it("ends at the first refusal of a person who may not", async () => {
    server.refuse = (name) =>
      name === "upload" ? { status: 403, code: "AccessDenied", message: "no s3:PutObject" } : undefined;
    const { failed, ending } = await upload(pictures(2000));
    expect([failed, ending]).toEqual([0, { denied: "no s3:PutObject" }]);
    expect(server.asked.filter((name) => name === "upload").length).toBeLessThan(10);
  });

  it("ends when another person signs in, and says so", async () => {
    server.refuse = (name) => {
      if (name === "UpdateEntries")
        queryClient.setQueryData(SESSION_KEY, { ...ANA, arn: "arn:aws:iam::1:user/bo" });
      return undefined;
    };
    const { ending, isOver } = await upload(pictures(900));
    expect([ending, isOver]).toEqual(["person", true]);
  });

  it("keeps the others of a call whose one line cannot be an entry", async () => {
    server.refuse = (name, body) =>
      name === "UpdateEntries" && body.includes("s3://b/p77") ? { status: 400, code: "Bad" } : undefined;
    const { added, failed, problems } = await upload(pictures(150));
    expect([added, failed, problems.map(({ name }) => name)]).toEqual([149, 1, ["77.jpg"]]);
  });

  it("keeps the server's name for what is wrong with a file", async () => {
    server.refuse = (name, body) =>
      name === "upload" && body === "p3"
        ? { status: 400, code: "BadPicture", message: "3.jpg is none.", reason: "noPicture" }
        : undefined;
    const { added, problems } = await upload(pictures(5));
    expect([added, problems]).toEqual([
      4,
      [{ name: "3.jpg", code: "server", sentence: "3.jpg is none.", reason: "noPicture" }],
    ]);
  });

  it("sends again what a killed server cut within its answer", async () => {
    const cut = new Set(["uploads", "upload", "QueryEntries", "UpdateEntries"]);
    const { fetch } = server;
    vi.stubGlobal("fetch", async (address: string, init: RequestInit) => {
      const answer = await fetch(address, init);
      const name = server.asked.at(-1) ?? "";
      if (!cut.delete(name)) return answer;
      const half = new ReadableStream({ pull: (body) => body.error(new TypeError("Failed to fetch")) });
      return new Response(half);
    });
    const { added, known, failed } = await upload(pictures(3));
    expect([added + known, failed, server.entries.size, cut.size]).toEqual([3, 0, 3, 0]);
    // Four cuts, each waited for a second.
  }, 30_000);

  it("waits for no server where it is the file that cannot be read any more", async () => {
    const gone = new Blob(["p1"]);
    const failing = vi.fn(() => Promise.reject(new DOMException("gone", "NotReadableError")));
    gone.slice = () => Object.assign(new Blob(), { arrayBuffer: failing });
    const { fetch } = server;
    vi.stubGlobal("fetch", (address: string, init: RequestInit) =>
      init.body === gone ? Promise.reject(new TypeError("Failed to fetch")) : fetch(address, init),
    );
    const list = [...pictures(1), { name: "gone.jpg", open: () => Promise.resolve(gone) }];
    const { added, problems } = await upload(list);
    expect([added, problems.map(({ name, code }) => [name, code])]).toEqual([
      1,
      [["gone.jpg", "unreadable"]],
    ]);
  });

  it("knows what is in no dataset, so that what is nowhere else can be given back", async () => {
    server.refuse = (name, body) =>
      name === "upload" && body === "p3" ? { status: 400, code: "BadPicture" } : undefined;
    const list = pictures(5);
    const uploader = new Uploader(list, { arn: ARN, service: "rekognition", type: "train" });
    await uploader.run();
    expect([...uploader.left]).toEqual([list[3]]);
  });

  it("waits for a full disk and goes on when there is room", async () => {
    let isFull = true;
    const waits = new Set<unknown>();
    server.refuse = (name) =>
      isFull && name === "upload" ? { status: 507, code: "DiskFull", message: "full" } : undefined;
    const uploader = new Uploader(pictures(20), { arn: ARN, service: "rekognition", type: "train" });
    uploader.subscribe(() => {
      waits.add(uploader.state().waiting);
      if (uploader.state().waiting === "full") isFull = false;
    });
    await uploader.run();
    expect([uploader.state().added, waits.has("full")]).toEqual([20, true]);
  });
});
