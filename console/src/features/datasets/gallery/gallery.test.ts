import { describe, expect, it } from "vitest";
import { readQuestion, tokensOf, withoutToken, withToken } from "./filters";
import {
  clampOffset,
  layOut,
  LONGEST,
  offsetOf,
  offsetShowing,
  scrolledOf,
  spanAt,
  spansWithin,
  trackOf,
} from "./layout";
import { EntryPages, PAGE, type Asked } from "./pages";
import { add, between, countOf, isSelected, NOTHING, select, toggle } from "./selection";

const SIZES = [80, 160, 384];
const COUNT = 250_000;

describe("the layout of 250,000 pictures", () => {
  it.each(SIZES)("reaches the first and the last one at %i pixels", (size) => {
    const layout = layOut(COUNT, 1000, size);
    const view = 700;
    expect(trackOf(layout)).toBeLessThanOrEqual(LONGEST);
    expect(spanAt(layout, offsetOf(layout, 0, view), view, COUNT).first).toBe(0);
    const bottom = offsetOf(layout, trackOf(layout) - view, view);
    expect(spanAt(layout, bottom, view, COUNT).end).toBe(COUNT);
    expect(clampOffset(layout, 1e12, view)).toBe(layout.height - view);
  });

  it.each(SIZES)("goes from its own offset to the scrollbar's and back at %i pixels", (size) => {
    const layout = layOut(COUNT, 1000, size);
    for (const share of [0, 0.123, 0.5, 0.999, 1]) {
      const offset = share * (layout.height - 700);
      expect(offsetOf(layout, scrolledOf(layout, offset, 700), 700)).toBeCloseTo(offset, 3);
    }
  });

  it("scrolls no further than it must to show a picture", () => {
    const layout = layOut(100, 1000, 160);
    expect(offsetShowing(layout, 0, 0, 700)).toBe(0);
    expect(offsetShowing(layout, 0, 500, 700)).toBe(0);
    const shown = offsetShowing(layout, 99, 0, 700);
    expect(spanAt(layout, shown, 700, 100).end).toBe(100);
    expect(offsetShowing(layout, 99, shown, 700)).toBe(shown);
  });

  it("finds the pictures within a rectangle, whichever corner it began in", () => {
    const layout = layOut(100, 1000, 160);
    const spans = [
      { first: 1, end: 3 },
      { first: 1 + layout.columns, end: 3 + layout.columns },
    ];
    const from = { x: 8 + layout.cell * 1.5, y: 20 };
    const to = { x: 8 + layout.cell * 2.5, y: layout.row * 1.5 };
    expect(spansWithin(layout, from, to, 100)).toEqual(spans);
    expect(spansWithin(layout, to, from, 100)).toEqual(spans);
  });
});

describe("a selection", () => {
  it("joins spans, and is cut where one is taken out", () => {
    const some = add(select(between(5, 2)), between(6, 9));
    expect(some.spans).toEqual([{ first: 2, end: 10 }]);
    const cut = toggle(some, 4);
    expect([countOf(cut), isSelected(cut, 4), isSelected(cut, 5)]).toEqual([7, false, true]);
    expect(toggle(cut, 4).spans).toEqual(some.spans);
    expect(countOf(toggle(toggle(NOTHING, 3), 3))).toBe(0);
  });
});

describe("the question of an address", () => {
  it("is read, and what is not understood is left out", () => {
    const search = new URLSearchParams(
      "label=a&label=b&labelled=maybe&twins=yes&sort=name&order=desc&minside=x",
    );
    expect(readQuestion(search)).toEqual({
      filter: { Labels: ["a", "b"], HasTwin: true },
      sort: "name",
      isDescending: true,
    });
    expect(readQuestion(new URLSearchParams("sort=drop%20table")).sort).toBe("position");
  });

  it("takes a day from its beginning to its end, as this place counts days", () => {
    const { filter } = readQuestion(new URLSearchParams("since=2026-11-28&until=2026-11-28&minside=200"));
    const [after, before] = [filter.AfterCreationDate ?? "", filter.BeforeCreationDate ?? ""];
    expect(new Date(Date.parse(after) + 1).toString()).toContain("Nov 28 2026 00:00:00");
    expect(new Date(before).toString()).toContain("Nov 29 2026 00:00:00");
    expect(filter.LeastSide).toBe(200);
    expect(readQuestion(new URLSearchParams("since=soon&until=2026-13-45")).filter).toEqual({});
  });

  it("loses and gains one token at a time", () => {
    const search = withToken(withToken(new URLSearchParams(), { key: "label", value: "a" }), {
      key: "label",
      value: "b",
    });
    expect(tokensOf(search)).toHaveLength(2);
    expect(withoutToken(search, { key: "label", value: "a" }).toString()).toBe("label=b");
  });
});

describe("the pages of an answer", () => {
  it("asks for what is in sight alone, once, and keeps a bounded number of pages", async () => {
    const asked: Asked[] = [];
    const pages = new EntryPages((request) => {
      asked.push(request);
      const Entries = Array.from({ length: PAGE }, (_, place) => ({ Id: String(request.offset + place) }));
      return Promise.resolve({ Snapshot: "s", Total: COUNT, Offset: request.offset, Entries });
    });
    for (let first = 0; first < 85 * PAGE; first += PAGE) {
      pages.show({ first, end: first + 10 });
      await new Promise((resolve) => setTimeout(resolve, first === 0 ? 5 : 45));
    }
    expect(asked).toHaveLength(85);
    expect(pages.at(0)).toBeUndefined();
    expect(pages.at(84 * PAGE + 3)?.Id).toBe(String(84 * PAGE + 3));
    expect(await pages.idsOf([between(1, 2), between(84 * PAGE, 84 * PAGE)])).toEqual([
      "1",
      "2",
      String(84 * PAGE),
    ]);
    pages.close();
  });

  it("asks at once after a jump, and only at the end of a drag", async () => {
    const asked: number[] = [];
    const pages = new EntryPages(({ offset }) => {
      asked.push(offset / PAGE);
      return Promise.resolve({ Snapshot: "s", Total: COUNT, Offset: offset, Entries: [{ Id: "x" }] });
    });
    pages.show({ first: 0, end: 1 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (let page = 10; page < 20; page += 1) {
      pages.show({ first: page * PAGE, end: page * PAGE + 1 });
      expect(asked).toEqual([0, 10]);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(asked).toEqual([0, 10, 19]);
    pages.close();
  });

  it("forgets pages of another answer", async () => {
    let snapshot = "one";
    const pages = new EntryPages(({ offset }) =>
      Promise.resolve({ Snapshot: snapshot, Total: 900, Entries: [{ Id: `${snapshot} ${offset}` }] }),
    );
    pages.show({ first: 0, end: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    snapshot = "two";
    pages.show({ first: PAGE, end: PAGE + 1 });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect([pages.at(0), pages.at(PAGE)?.Id]).toEqual([undefined, `two ${PAGE}`]);
    pages.close();
  });
});
