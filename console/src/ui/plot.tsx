/** A plot: lines or bars over numbers, and a mark that moves without anything being drawn anew but itself. */
import { useEffect, useRef } from "react";
import type uPlot from "uplot";
import { useIsDark } from "./theme";
import "./plot.css";

export interface PlotSeries {
  readonly name: string;
  readonly y: readonly (number | null)[];
  readonly kind: "line" | "bars";
  readonly color: string;
}

export interface PlotProps {
  /** What the plot shows, for who does not see it. */
  readonly label: string;
  /** Ascending. */
  readonly x: readonly number[];
  readonly series: readonly PlotSeries[];
  readonly xTitle: string;
  readonly yTitle: string;
  /** From and to; what is left out follows the data. */
  readonly xRange?: readonly [number, number];
  readonly yRange?: readonly [number, number];
  readonly height?: number;
  /** A point, or a line across where it has no y. */
  readonly mark?: { readonly x: number; readonly y?: number } | undefined;
}

const HEIGHT = 220;
const FEW_POINTS = 12;

export function Plot(props: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const mark = useRef(props.mark);
  const isInDark = useIsDark();
  const { x, series, xTitle, yTitle, xRange, yRange, height = HEIGHT } = props;
  useEffect(() => {
    const parent = place.current;
    let isCurrent = true;
    if (parent === null) return undefined;
    const watcher = new ResizeObserver(() => plot.current?.setSize({ width: parent.clientWidth, height }));
    // The library comes with the first page that draws.
    void import("uplot").then(({ default: Library }) => {
      if (!isCurrent) return;
      const options = optionsOf(
        { x, series, xTitle, yTitle, xRange, yRange, height },
        isInDark,
        mark,
        Library,
      );
      plot.current = new Library(
        { ...options, width: parent.clientWidth, height },
        [[...x], ...series.map(({ y }) => [...y])],
        parent,
      );
      watcher.observe(parent);
    });
    return () => {
      isCurrent = false;
      watcher.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [x, series, xTitle, yTitle, xRange, yRange, height, isInDark]);
  useEffect(() => {
    mark.current = props.mark;
    if (plot.current !== null) placeMark(plot.current, props.mark);
  }, [props.mark]);
  return (
    <figure className="vedette-plot">
      <div ref={place} role="img" aria-label={props.label} style={{ blockSize: height }} />
      <figcaption>
        {series.length > 1 &&
          series.map(({ name, color }) => (
            <span key={name}>
              <i style={{ background: color }} />
              {name}
            </span>
          ))}
      </figcaption>
    </figure>
  );
}

type Drawing = Pick<PlotProps, "x" | "series" | "xTitle" | "yTitle" | "height"> & {
  readonly xRange: readonly [number, number] | undefined;
  readonly yRange: readonly [number, number] | undefined;
};

interface MarkHolder {
  readonly current: PlotProps["mark"];
}

function optionsOf(
  { x, series, xTitle, yTitle, xRange, yRange }: Drawing,
  isInDark: boolean,
  mark: MarkHolder,
  Library: typeof uPlot,
): Omit<uPlot.Options, "width" | "height"> {
  const ink = isInDark ? "#c6c6cd" : "#424650";
  const axis = (label: string): uPlot.Axis => ({
    label,
    stroke: ink,
    font: "12px Open Sans, sans-serif",
    labelFont: "12px Open Sans, sans-serif",
    labelSize: 20,
    grid: { stroke: isInDark ? "#333843" : "#ebebf0", width: 1 },
    ticks: { show: false },
  });
  const bars = Library.paths.bars?.({ size: [1, 40] });
  return {
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false, ...(xRange === undefined ? {} : { range: [xRange[0], xRange[1]] }) },
      y: yRange === undefined ? {} : { range: [yRange[0], yRange[1]] },
    },
    axes: [
      { ...axis(xTitle), size: 28 },
      { ...axis(yTitle), size: 48 },
    ],
    series: [
      {},
      ...series.map(({ color, kind }): uPlot.Series => ({
        stroke: color,
        width: kind === "line" ? 2 : 1,
        // Of a few test pictures a curve has a point or two, between which no line is seen.
        points: { show: kind === "line" && x.length <= FEW_POINTS, size: 6 },
        ...(kind === "bars" && bars !== undefined ? { paths: bars, fill: `${color}66` } : {}),
      })),
    ],
    // Whenever it was drawn anew its places are others.
    hooks: { draw: [(plot) => placeMark(plot, mark.current)] },
  };
}

/** An element over the plot: to move it draws nothing else anew. */
function placeMark(plot: uPlot, mark: PlotProps["mark"]): void {
  const known = plot.over.querySelector<HTMLElement>(".vedette-plot-mark");
  const element = known ?? plot.over.appendChild(document.createElement("i"));
  element.className = `vedette-plot-mark ${mark?.y === undefined ? "is-line" : "is-point"}`;
  element.hidden = mark === undefined;
  if (mark === undefined) return;
  const down = mark.y === undefined ? 0 : plot.valToPos(mark.y, "y");
  element.style.transform = `translate(${String(plot.valToPos(mark.x, "x"))}px, ${String(down)}px)`;
}
