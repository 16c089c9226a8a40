/** A QR code drawn from its rows: dark modules on white in both themes, as cameras want it. */

const MARGIN = 4;

export function QrCode({ rows, label }: { readonly rows: readonly string[]; readonly label: string }) {
  const side = rows.length + 2 * MARGIN;
  const path = rows
    .flatMap((row, y) =>
      Array.from(row, (cell, x) =>
        cell === "1" ? `M${String(x + MARGIN)} ${String(y + MARGIN)}h1v1h-1z` : "",
      ),
    )
    .join("");
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${String(side)} ${String(side)}`}
      width="220"
      height="220"
      shapeRendering="crispEdges"
    >
      <rect width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
