// @vitest-environment happy-dom
// What the pages of a version say where there is little to show, or nothing any more: each says what is so and what to do.
import { gzipSync } from "node:zlib";
import { act } from "react";
import type { RouteObject } from "react-router";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { routes as comparison } from "../src/features/comparison";
import { routes as evaluation } from "../src/features/evaluation";
import { routes as use } from "../src/features/use";
import { loaded, missing, Page, type Answers } from "./page";

// What draws plots needs a canvas that draws.
vi.mock("uplot", () => ({
  default: class {
    static paths = {};
    over = document.createElement("div");
    setSize = () => undefined;
    valToPos = () => 0;
    destroy = () => undefined;
  },
}));

/** The design system, on a machine that does other things too. */
const LOADING_MS = 60_000;
vi.setConfig({ testTimeout: LOADING_MS });

const ARN = "arn:aws:rekognition:us-east-1:111122223333:project/parts/1";
const VERSIONS = "/projects/rekognition/parts/versions";

function arnOf(version: string): string {
  return `${ARN.slice(0, -1)}version/${version}/2`;
}

interface Column {
  readonly name: string;
  readonly kind: "float32" | "uint32" | "bits";
  readonly data: Uint8Array;
}

/** Packs as src/vedette/evaluation/columns.py does. */
function pack(figures: object, pictures: readonly string[], columns: readonly Column[]): Response {
  let offset = 0;
  const described = columns.map(({ name, kind, data }) => {
    const column = { name, kind, offset, bytes: data.length };
    offset += Math.ceil(data.length / 8) * 8;
    return column;
  });
  let head = JSON.stringify({ format: 1, figures, pictures, columns: described });
  head += " ".repeat((8 - ((head.length + 4) % 8)) % 8);
  const whole = new Uint8Array(4 + head.length + offset);
  new DataView(whole.buffer).setUint32(0, head.length, true);
  whole.set(new TextEncoder().encode(head), 4);
  columns.forEach(({ data }, place) => whole.set(data, 4 + head.length + (described[place]?.offset ?? 0)));
  return new Response(gzipSync(whole));
}

const bits = (flags: readonly boolean[]): Uint8Array => {
  const packed = new Uint8Array(Math.ceil(flags.length / 8));
  flags.forEach(
    (flag, place) => (packed[place >> 3] = (packed[place >> 3] ?? 0) | (Number(flag) << (place & 7))),
  );
  return packed;
};

/** So many pictures, which have one of these labels in turn; every label is sure of the right ones. */
function evaluated(labels: readonly string[], count: number): Response {
  const numbers = Array.from({ length: count }, (_, place) => place);
  const figures = {
    task: "multilabel",
    pictures: count,
    precision: 1,
    recall: 1,
    f1: 1,
    reliability: { error: 0, bins: [] },
    labels: labels.map((label, number) => {
      const tested = numbers.filter((place) => place % labels.length === number).length;
      return { label, test_pictures: tested, precision: 1, recall: 1, f1: 1, threshold: 0.5 };
    }),
  };
  const columns = labels.flatMap((_, number): Column[] => {
    const truth = numbers.map((place) => place % labels.length === number);
    const scores = Float32Array.from(truth, (isTrue) => (isTrue ? 0.9 : 0.1));
    return [
      { name: `scores/${String(number)}`, kind: "float32", data: new Uint8Array(scores.buffer) },
      { name: `truth/${String(number)}`, kind: "bits", data: bits(truth) },
    ];
  });
  const correct: Column = { name: "correct", kind: "bits", data: bits(numbers.map(() => true)) };
  return pack(
    figures,
    numbers.map((place) => `s3://b/${String(place)}.png`),
    [correct, ...columns],
  );
}

/** A server with the project "parts" of Custom Labels, with these versions. */
function parts(
  versions: readonly string[],
  more: Answers = {},
): Answers & { versions: (name: readonly string[]) => void } {
  let names = versions;
  const answers: Answers = {
    "rekognition/DescribeProjects": ({ ProjectNames }) => ({
      ProjectDescriptions:
        ProjectNames === undefined || (ProjectNames as string[]).includes("parts")
          ? [{ ProjectArn: ARN }]
          : [],
    }),
    "rekognition/DescribeProjectVersions": () => ({
      ProjectVersionDescriptions: names.map((name) => ({
        ProjectVersionArn: arnOf(name),
        Status: "TRAINING_COMPLETED",
      })),
    }),
    "lookoutvision/ListProjects": () => ({ Projects: [] }),
    "lookoutvision/DescribeProject": () => missing("project parts"),
    "vedette/GetEvaluationColumns": () => evaluated(["bolt", "nut"], 40),
    "vedette/GetVersionThresholds": () => ({ Thresholds: [], UseOnWire: false, Revision: "1" }),
    "vedette/GetEvaluationSlices": () => ({ Images: 0, Folders: [], FolderNumbers: [] }),
    "vedette/ListVersionChanges": () => ({ Versions: [] }),
    "vedette/PreviewTraining": () => ({ Needs: [] }),
    "vedette/ListEvaluationImages": () => ({ Images: [] }),
    "vedette/ListEntries": () => ({ Entries: [] }),
    ...more,
  };
  return Object.assign(answers, {
    versions: (next: readonly string[]) => {
      names = next;
    },
  });
}

let pages: RouteObject[] = [];
let page: Page | null = null;

beforeAll(async () => {
  pages = await loaded([...evaluation, ...comparison, ...use]);
}, LOADING_MS);

async function open(address: string, answers: Answers): Promise<Page> {
  page = await Page.open(pages, address, answers);
  return page;
}

afterEach(() => {
  page?.close();
  page = null;
});

const gone = () => missing("version parts/v1");

it("a version that is deleted while its evaluation is open is said to be", async () => {
  const server = parts(["v1"]);
  const shown = await open(`${VERSIONS}/v1/evaluation`, server);
  await shown.says("How good it is");
  server.versions([]);
  await shown.hear("versions");
  await shown.says("Version v1 was deleted");
  expect(shown.text).not.toContain("How good it is");
  expect(shown.find("a", "Show all versions").getAttribute("href")).toBe(`/console${VERSIONS}`);
});

it("an evaluation is not fetched anew because another version changed", async () => {
  let fetched = 0;
  const server = parts(["v1"], {
    "vedette/GetEvaluationColumns": () => {
      fetched += 1;
      return evaluated(["bolt", "nut"], 40);
    },
  });
  const shown = await open(`${VERSIONS}/v1/evaluation`, server);
  await shown.says("How good it is");
  server.versions(["v1", "v2"]);
  await shown.hear("versions");
  await shown.until(() => fetched === 1 && shown.text.includes("How good it is"));
  expect(fetched).toBe(1);
});

it("a version that was deleted just before its evaluation came is said to be, and not to have none", async () => {
  const server = parts(["v1"], {
    "vedette/GetEvaluationColumns": () => {
      server.versions([]);
      return gone();
    },
  });
  const shown = await open(`${VERSIONS}/v1/evaluation`, server);
  await shown.says("Version v1 was deleted");
  expect(shown.text).not.toContain("There is no evaluation");
});

it("a version without an evaluation has none, and says how to have one", async () => {
  const shown = await open(
    `${VERSIONS}/v1/evaluation`,
    parts(["v1"], { "vedette/GetEvaluationColumns": gone }),
  );
  await shown.says("There is no evaluation of this version");
  expect(shown.text).toContain("Train again to have one.");
});

it.each(["evaluation", "use"])(
  "a mistyped version has no page %s, and nobody says that it was there",
  async (tab) => {
    const shown = await open(`${VERSIONS}/v11/${tab}`, parts(["v1"]));
    await shown.says("There is no version v11");
    expect(shown.text).toContain("the address is mistyped");
    expect(shown.text).not.toContain("was deleted.");
  },
);

it("a project of the other service is led to", async () => {
  const shown = await open("/projects/lookoutvision/parts/versions/v1/evaluation", parts(["v1"]));
  await shown.says("There is no Lookout for Vision project parts in us-east-1");
  await shown.says("Open parts of Custom Labels");
  expect(shown.find("a", "Open parts").getAttribute("href")).toBe("/console/projects/rekognition/parts");
});

it("a map that is asked for of a version that was deleted says so, beside the picture", async () => {
  const server = parts(["v1"], { "vedette/GetHeatMap": gone });
  const shown = await open(`${VERSIONS}/v1/evaluation?label=bolt&show=tp`, server);
  await shown.says("Found (20)");
  await shown.click(".evaluation-tile");
  await shown.says("Show where the model looked");
  await shown.click("[role=dialog] input[type=checkbox]");
  await shown.says("There is no version parts/v1.");
});

it("a version that is deleted while it is compared is named, and others take its place", async () => {
  const server = parts(["v3", "v2", "v1"], {
    "vedette/CompareVersions": () => missing("evaluation"),
  });
  const shown = await open(`/projects/rekognition/parts/compare?versions=v1,v2`, server);
  await shown.says("These two cannot be compared");
  server.versions(["v3", "v1"]);
  await shown.hear("versions");
  await shown.says("These are not in this project, or have no model: v2.");
});

it("one label has a threshold and pictures, and no table of labels nor confusions", async () => {
  const server = parts(["v1"], { "vedette/GetEvaluationColumns": () => evaluated(["bolt"], 40) });
  const shown = await open(`${VERSIONS}/v1/evaluation`, server);
  await shown.says("bolt: threshold and pictures");
  expect(shown.text).not.toContain("What is taken for what");
  expect(shown.text).not.toContain("Choose a label to move its threshold");
});

it("250 labels are shown by the screen, and the pairs that are confused most instead of a table", async () => {
  const labels = Array.from({ length: 250 }, (_, number) => `label-${String(number)}`);
  const server = parts(["v1"], { "vedette/GetEvaluationColumns": () => evaluated(labels, 500) });
  const shown = await open(`${VERSIONS}/v1/evaluation`, server);
  await shown.says("Labels (250)");
  expect(shown.all("input[type=radio]").length).toBe(20);
  expect(shown.text).toContain("No label is taken for another.");
  expect(shown.all(".evaluation-matrix")).toEqual([]);
});

it("of three test pictures a page says how little they tell", async () => {
  const server = parts(["v1"], { "vedette/GetEvaluationColumns": () => evaluated(["bolt", "nut"], 3) });
  const shown = await open(`${VERSIONS}/v1/evaluation`, server);
  await shown.says(
    "3 test pictures are few: with them the share of right ones may as well be 43.9% or 100%.",
  );
});

it("without test pictures the page leads to where they are chosen", async () => {
  const server = parts(["v1"], { "vedette/GetEvaluationColumns": () => evaluated(["bolt", "nut"], 0) });
  const shown = await open(`${VERSIONS}/v1/evaluation`, server);
  await shown.says("No picture tested this version");
  const link = shown.find("a", "Show the test pictures");
  expect(link.getAttribute("href")).toBe("/console/projects/rekognition/parts/datasets/test");
});

it("a picture that its bucket has no longer is said to be lost, and what the model said of it stands", async () => {
  const shown = await open(`${VERSIONS}/v1/evaluation?label=bolt&show=tp`, parts(["v1"]));
  await shown.until(() => shown.all(".evaluation-tile img").length > 0);
  await act(async () => {
    for (const picture of shown.all(".evaluation-tile img")) picture.dispatchEvent(new Event("error"));
    await Promise.resolve();
  });
  await shown.says("This picture is no longer in its bucket");
  await shown.click(".evaluation-tile");
  await shown.until(() => shown.all("[role=dialog] img").length > 0);
  await act(async () => {
    shown.find("[role=dialog] img").dispatchEvent(new Event("error"));
    await Promise.resolve();
  });
  await shown.says("What the model said of it stands.");
  expect(shown.find("[role=dialog] table").textContent).toContain("bolt90%");
});
