import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { OverlayDrawing } from "./drawing";

const BOX = { Left: 0.1, Top: 0.2, Width: 0.3, Height: 0.4, kind: "person" } as const;
const SIDES = { width: 300, height: 400 };

function drawn(props: Partial<Parameters<typeof OverlayDrawing>[0]>): string {
  return renderToStaticMarkup(
    <OverlayDrawing boxes={[BOX]} orientation={6} sides={SIDES} areBoxesStored {...props} />,
  );
}

it("boxes of the stored raster are turned as their picture is, and those of the upright one are not", () => {
  expect(drawn({})).toContain('<g transform="matrix(0 1 -1 0 1 0)"><rect');
  expect(drawn({ areBoxesStored: false })).not.toContain("matrix");
  expect(drawn({ orientation: 1 })).not.toContain("matrix");
});

it("where the picture lies in the middle of its place, so do its boxes", () => {
  expect(drawn({})).toContain('viewBox="0 0 1 1" preserveAspectRatio="none"');
  expect(drawn({ isFitted: true })).toContain('viewBox="0 0 300 400" preserveAspectRatio="xMidYMid meet"');
  expect(drawn({ isFitted: true })).toContain('<g transform="scale(300 400)">');
});

it("a mask of the model and one of a person can be told apart, and a mirrored picture mirrors both", () => {
  const masks = [
    { kind: "person", url: "/p" },
    { kind: "model", url: "/m", isOnWhite: true },
  ] as const;
  const markup = drawn({ boxes: [], masks, orientation: 2 });
  expect(markup).toContain('class="overlay-drawing overlay-mask is-person"');
  expect(markup).toContain('class="overlay-drawing overlay-mask is-model is-on-white"');
  expect(markup.match(/matrix\(-1 0 0 1 1 0\)/gu)).toHaveLength(2);
});

it("a mask of a picture that is turned by a quarter waits until it is known on which it was drawn", () => {
  const masks = [{ kind: "person", url: "/p" }] as const;
  expect(drawn({ boxes: [], masks })).not.toContain("<image");
  expect(drawn({ boxes: [], masks, orientation: 3 })).toContain("<image");
});

it("a label's own colour wins over that of the kind", () => {
  expect(drawn({ boxes: [{ ...BOX, color: "#123456" }] })).toContain('style="stroke:#123456"');
});
