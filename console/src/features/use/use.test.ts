// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { Fault } from "../../api";
import { clearWhite } from "../../canvas/render/drawFindings";
import { boxesOf, countedOf, labelOfName, verdictOf, type Detection } from "./detection";
import { isTurned, kindOf } from "./head";
import { cutOf, LiveLoop, type LiveNumbers } from "./live";
import { unitsOf } from "./model";
import { sizeFor, Unfit } from "./prepare";
import { MOST_TRIES, TryQueue } from "./tries";

const NOTHING: Detection = { findings: [], verdict: null, areas: [], mask: null, milliseconds: 1 };
const BUSY = new Fault(400, "ProvisionedThroughputExceededException", "too fast", null);
const STOPPED = new Fault(400, "ResourceNotReadyException", "is stopped", null);

function found(label: string, confidence: number) {
  return { label, confidence, box: { left: 0, top: 0, width: 0.5, height: 0.5 } };
}

test("each label is held to its own threshold, or all to one limit", () => {
  const findings = [found("nut", 0.4), found("bolt", 0.7), found("nut", 0.9)];
  const thresholds = new Map([
    ["nut", 0.5],
    ["bolt", 0.8],
  ]);
  const names = (limit: number | null) =>
    countedOf(findings, limit, thresholds).map(({ label, confidence }) => `${label} ${confidence}`);
  expect(names(null)).toEqual(["nut 0.9"]);
  expect(names(0.4)).toEqual(["nut 0.9", "bolt 0.7", "nut 0.4"]);
  expect(names(0.95)).toEqual([]);
});

test("a picture is rejected when it is anomalous and the model sure enough", () => {
  const verdict = (isAnomalous: boolean, confidence: number, limit: number | null) =>
    verdictOf({ ...NOTHING, verdict: { isAnomalous, confidence } }, limit);
  expect([verdict(true, 0.7, null), verdict(true, 0.7, 0.8), verdict(true, 0.8, 0.8)]).toEqual([
    "anomalous",
    "unsure",
    "anomalous",
  ]);
  expect([verdict(false, 0.99, 0.1), verdictOf(NOTHING, null)]).toEqual(["normal", null]);
});

test("a box is written with its label, from which its colour is found again", () => {
  const [box] = boxesOf([found("a\u2002b", 0.931)], (share) => `${(100 * share).toFixed(0)} %`);
  expect(labelOfName(box?.label ?? "")).toBe("a\u2002b");
  expect(box?.label.endsWith("93 %")).toBe(true);
});

test("a mask shows nothing where it is white", () => {
  const pixels = new Uint32Array([0xffffffff, 0xff0055aa, 0xfffffffe]);
  clearWhite(pixels);
  expect([...pixels]).toEqual([0, 0xff0055aa, 0xfffffffe]);
});

/** A JPEG's beginning: APP0, then EXIF with one tag, as cameras write it in either order of bytes. */
function headOf(orientation: number, isLittle: boolean): Uint8Array {
  const bytes = new Uint8Array(80);
  const view = new DataView(bytes.buffer);
  bytes.set([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xe1, 0, 50, 0x45, 0x78, 0x69, 0x66, 0, 0]);
  const tiff = 18;
  view.setUint16(tiff, isLittle ? 0x4949 : 0x4d4d);
  view.setUint16(tiff + 2, 42, isLittle);
  view.setUint32(tiff + 4, 8, isLittle);
  view.setUint16(tiff + 8, 1, isLittle);
  view.setUint16(tiff + 10, 0x0112, isLittle);
  view.setUint16(tiff + 12, 3, isLittle);
  view.setUint32(tiff + 14, 1, isLittle);
  view.setUint16(tiff + 18, orientation, isLittle);
  return bytes;
}

test("a picture that a camera held sideways is noticed in both orders of bytes", () => {
  for (const isLittle of [true, false]) {
    expect(isTurned(headOf(6, isLittle))).toBe(true);
    expect(isTurned(headOf(1, isLittle))).toBe(false);
    for (let length = 0; length < 60; length += 1) {
      expect(() => isTurned(headOf(6, isLittle).slice(0, length))).not.toThrow();
    }
  }
  expect(kindOf(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0]))).toBe("image/png");
  expect(kindOf(new Uint8Array())).toBeNull();
});

test("a picture is sent as the model needs it, and refused where that would squeeze it", () => {
  const rekognition = { service: "rekognition", size: null } as const;
  expect(sizeFor({ width: 8000, height: 4000 }, rekognition)).toEqual({ width: 4096, height: 2048 });
  expect(() => sizeFor({ width: 63, height: 400 }, rekognition)).toThrow(Unfit);
  const lookout = { service: "lookoutvision", size: { width: 96, height: 64 } } as const;
  expect(sizeFor({ width: 960, height: 641 }, lookout)).toEqual({ width: 96, height: 64 });
  expect(() => sizeFor({ width: 640, height: 480 }, lookout)).toThrow("shape");
});

test("a frame is sent in one size, cut where the model has a shape of its own", () => {
  expect(cutOf({ width: 1920, height: 1080 }, null)).toEqual({
    left: 0,
    top: 0,
    width: 1920,
    height: 1080,
    toWidth: 640,
    toHeight: 360,
  });
  expect(cutOf({ width: 640, height: 480 }, { width: 64, height: 64 })).toEqual({
    left: 80,
    top: 0,
    width: 480,
    height: 480,
    toWidth: 64,
    toHeight: 64,
  });
});

test("units are whole numbers within the installation's limit", () => {
  expect(
    ["1", " 16 ", "17", "0", "-1", "1.5", "", "1e3", "9999999"].map((text) => unitsOf(text, 16)),
  ).toEqual([1, 16, ...Array.from({ length: 7 }, () => null)]);
});

class Stage {
  frame = 0;
  now = 0;
  readonly shown: number[] = [];
  inFlight = 0;
  mostInFlight = 0;
  numbers: LiveNumbers | undefined;
  readonly stopping = new AbortController();

  /** Runs with a model that answers so; the camera goes on by `frames` while one is asked about. */
  async run(answers: readonly (Detection | Fault)[], frames = 1) {
    let turn = 0;
    const loop = new LiveLoop<number>(
      {
        nextFrame: () => Promise.resolve(),
        grab: () => this.frame,
        ask: async () => {
          this.inFlight += 1;
          this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
          await Promise.resolve();
          this.inFlight -= 1;
          this.frame += frames;
          this.now += 100;
          const answer = answers[turn] ?? NOTHING;
          turn += 1;
          if (turn >= answers.length) this.stopping.abort();
          if (answer instanceof Fault) throw answer;
          return answer;
        },
        show: (frame) => this.shown.push(frame),
        wait: () => Promise.resolve(),
        now: () => this.now,
      },
      (numbers) => {
        this.numbers = numbers;
      },
    );
    return loop.run(this.stopping.signal);
  }
}

test("the newest frame wins, one is under way, and none waits", async () => {
  const stage = new Stage();
  expect(
    await stage.run(
      Array.from({ length: 41 }, () => NOTHING),
      7,
    ),
  ).toBeNull();
  expect(stage.shown.slice(0, 4)).toEqual([0, 7, 14, 21]);
  expect(stage.mostInFlight).toBe(1);
  expect(stage.numbers?.rate).toBeCloseTo(10);
});

test("a model that has too much to do is asked again, and one that was stopped ends the view", async () => {
  const busy = new Stage();
  await busy.run([BUSY, BUSY, NOTHING, NOTHING]);
  expect([busy.numbers?.throttled, busy.shown.length]).toEqual([2, 1]);
  const away = new Stage();
  await away.run([new Fault(0, "ServerUnreachable", "away", null), NOTHING, NOTHING]);
  expect(away.numbers).toMatchObject({ isAway: false, answered: 1 });
  const stopped = new Stage();
  expect(await stopped.run([NOTHING, STOPPED, NOTHING, NOTHING])).toBe(STOPPED);
  expect(stopped.shown).toEqual([0]);
});

function picture(name: string) {
  return { name, open: () => Promise.resolve(new Blob([name])) };
}

async function settled(queue: TryQueue): Promise<readonly string[]> {
  while (queue.tries().some(({ state }) => state.kind === "waiting" || state.kind === "running")) {
    await new Promise((done) => setTimeout(done, 0));
  }
  return queue.tries().map(({ state }) => state.kind);
}

test("pictures are tried one after the other, and a broken one keeps no other from it", async () => {
  let inFlight = 0;
  const queue = new TryQueue(async (blob) => {
    inFlight += 1;
    expect(inFlight).toBe(1);
    const name = await blob.text();
    inFlight -= 1;
    if (name === "broken") throw new Unfit("unreadable");
    if (name === "refused") throw new Fault(400, "InvalidImageFormatException", "no", null);
    return NOTHING;
  });
  queue.add(["one", "broken", "refused", "two"].map(picture));
  expect(await settled(queue)).toEqual(["done", "unfit", "failed", "done"]);
});

test("what keeps one from being tried keeps them all, until it is mended", async () => {
  let isStopped = true;
  let asked = 0;
  const queue = new TryQueue(() => {
    asked += 1;
    return isStopped ? Promise.reject(STOPPED) : Promise.resolve(NOTHING);
  });
  queue.add(["one", "two", "three"].map(picture));
  expect(await settled(queue)).toEqual(["failed", "failed", "failed"]);
  expect(asked).toBe(1);
  isStopped = false;
  queue.again();
  expect(await settled(queue)).toEqual(["done", "done", "done"]);
});

test("a model that has too much to do is asked again for a while", async () => {
  let asked = 0;
  const queue = new TryQueue(
    () => {
      asked += 1;
      return asked < 4 ? Promise.reject(BUSY) : Promise.resolve(NOTHING);
    },
    () => Promise.resolve(),
  );
  queue.add([picture("one")]);
  expect([await settled(queue), asked]).toEqual([["done"], 4]);
});

test("more pictures than can be looked at are left out, and said", async () => {
  const queue = new TryQueue(() => Promise.resolve(NOTHING));
  queue.add(Array.from({ length: MOST_TRIES + 5 }, (_, number) => picture(String(number))));
  expect([queue.tries().length, queue.passedOver]).toEqual([MOST_TRIES, 5]);
  queue.clear();
  expect([queue.tries().length, queue.passedOver]).toEqual([0, 0]);
  await settled(queue);
});
