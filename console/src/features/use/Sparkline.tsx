/** A minute in a line of a bar a second; drawn anew every second, so it is as little as can be. */

interface SparklineProps {
  readonly label: string;
  readonly values: readonly number[];
  /** Drawn above the others, in the colour of what went wrong. */
  readonly wrong?: readonly number[];
}

const HEIGHT = 48;

export function Sparkline({ label, values, wrong }: SparklineProps) {
  const sums = values.map((value, place) => value + (wrong?.[place] ?? 0));
  const most = Math.max(1, ...sums);
  const high = (value: number): number => (HEIGHT * value) / most;
  return (
    <svg
      className="use-spark"
      viewBox={`0 0 ${values.length} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {values.map((value, place) => {
        const bad = wrong?.[place] ?? 0;
        return (
          <g key={place}>
            <rect x={place} y={HEIGHT - high(value)} width={0.8} height={high(value)} fill="#0972d3" />
            <rect x={place} y={HEIGHT - high(value + bad)} width={0.8} height={high(bad)} fill="#d91515" />
          </g>
        );
      })}
      <line
        x1={0}
        x2={values.length}
        y1={HEIGHT - 0.5}
        y2={HEIGHT - 0.5}
        stroke="currentColor"
        opacity={0.3}
      />
    </svg>
  );
}
