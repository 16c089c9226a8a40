/** Pixels in half their size: each the mean of four, of which clear ones have no colour to give. Pure. */

/** Write the half of a square of pixels (four bytes each, alpha last) into a square of `side` pixels a side. */
export function halfOf(from: Uint32Array, to: Uint32Array, side: number): void {
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      const place = 4 * y * side + 2 * x;
      const [one, two] = [from[place] ?? 0, from[place + 1] ?? 0];
      const [three, four] = [from[place + 2 * side] ?? 0, from[place + 2 * side + 1] ?? 0];
      const isEven = one === two && one === three && one === four;
      to[y * side + x] = isEven ? one : meanOf(one, two, three, four);
    }
  }
}

function meanOf(...pixels: readonly [number, number, number, number]): number {
  let [red, green, blue, alpha] = [0, 0, 0, 0];
  for (const pixel of pixels) {
    const weight = pixel >>> 24;
    alpha += weight;
    red += (pixel & 255) * weight;
    green += ((pixel >>> 8) & 255) * weight;
    blue += ((pixel >>> 16) & 255) * weight;
  }
  if (alpha === 0) {
    return 0;
  }
  const channel = (sum: number): number => Math.round(sum / alpha);
  return ((Math.round(alpha / 4) << 24) | (channel(blue) << 16) | (channel(green) << 8) | channel(red)) >>> 0;
}
