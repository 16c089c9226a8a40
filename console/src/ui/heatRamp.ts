/** The colours of a heat map: cividis, which people with and without colour blindness see alike, and clear below. */

/** Stops of cividis (Nuñez, Anderton and Renslow, 2018), from little to much. */
const STOPS: readonly (readonly [number, number, number])[] = [
  [0, 34, 78],
  [18, 53, 112],
  [59, 73, 108],
  [87, 93, 109],
  [112, 113, 115],
  [138, 134, 120],
  [165, 156, 116],
  [195, 179, 105],
  [225, 204, 85],
  [254, 232, 56],
];

/** Below this share nothing is laid over the picture: there is nothing to see there. */
const CLEAR_BELOW = 0.08;

/** The colour of a value from 0 to 1, and how much of the picture it hides, from 0 to 255 each. */
export function heatColor(value: number): readonly [number, number, number, number] {
  const bounded = Math.min(1, Math.max(0, Number.isFinite(value) ? value : 0));
  const place = bounded * (STOPS.length - 1);
  const below = STOPS[Math.floor(place)] ?? [0, 0, 0];
  const above = STOPS[Math.ceil(place)] ?? below;
  const share = place - Math.floor(place);
  const mix = (at: 0 | 1 | 2) => Math.round(below[at] + (above[at] - below[at]) * share);
  const cover = bounded < CLEAR_BELOW ? 0 : Math.min(1, 0.35 + bounded);
  return [mix(0), mix(1), mix(2), Math.round(255 * cover)];
}

/** The grey pixels of a map, as a browser gives them, painted in place. */
export function paintHeat(pixels: Uint8ClampedArray): void {
  for (let at = 0; at < pixels.length; at += 4) {
    pixels.set(heatColor((pixels[at] ?? 0) / 255), at);
  }
}

/** The legend's colours as a gradient of CSS. */
export function heatGradient(): string {
  return `linear-gradient(to right, ${STOPS.map((stop) => `rgb(${stop.join(" ")})`).join(", ")})`;
}
