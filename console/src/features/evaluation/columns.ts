/** An evaluation's columns as the server packs them, read into arrays; the form stands in evaluation/columns.py. Asks nothing. */

export interface Counts {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
}

export interface LabelRow {
  readonly label: string;
  readonly test_pictures: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Of anomaly types there is none, and no counts: they are held to pixels. */
  readonly threshold?: number;
  readonly counts?: Counts;
  readonly average_precision?: number;
  readonly average_precision_50_95?: number;
  readonly average_recall?: number;
  readonly test_boxes?: number;
  readonly iou?: number | null;
  /** Of anomaly types, the share of a picture on average: as drawn, and as the model called it. */
  readonly true_area?: number;
  readonly found_area?: number;
}

export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly confidence: number;
  readonly right: number;
}

export type Task = "classification" | "multilabel" | "detection" | "anomaly" | "segmentation";

/** The document without its outcomes and curves. */
export interface Figures {
  readonly task: Task;
  readonly pictures: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly accuracy?: number;
  readonly auroc?: number | null;
  readonly average_precision?: number;
  readonly average_recall?: number;
  readonly map50?: number;
  readonly map50_95?: number;
  readonly mean_iou?: number | null;
  readonly clean_normals?: number | null;
  readonly left_out?: number;
  readonly reliability: { readonly error: number; readonly bins: readonly ReliabilityBin[] };
  readonly labels: readonly LabelRow[];
}

/** The scores of one label: an item a picture, or an item a box that was found. */
export interface LabelScores {
  /** Its place among the figures' labels. */
  readonly number: number;
  readonly row: LabelRow;
  readonly threshold: number;
  readonly scores: Float32Array;
  /** Whether an item is so, 1 or 0. */
  readonly truth: Uint8Array;
  /** The picture of each item; null where item and picture have one number. */
  readonly at: Uint32Array | null;
  /** How many there are to be found. */
  readonly positives: number;
  /** Of boxes: the pictures that have true ones, and how many. */
  readonly trueAt: Uint32Array | null;
  readonly trueCounts: Uint32Array | null;
}

export interface EvaluationColumns {
  readonly figures: Figures;
  readonly pictures: readonly string[];
  readonly correct: Uint8Array;
  /** The likeliest label's number of each picture; null where pictures have no one label. */
  readonly predicted: Uint32Array | null;
  readonly labels: readonly LabelScores[];
  /** The overlaps of an anomaly type, by its number; not a number where there is none. */
  readonly overlaps: ReadonlyMap<number, Float32Array>;
}

interface ColumnHead {
  readonly name: string;
  readonly kind: "float32" | "uint32" | "bits";
  readonly offset: number;
  readonly bytes: number;
}

interface Head {
  readonly format: number;
  readonly figures: Figures;
  readonly pictures: readonly string[];
  readonly columns: readonly ColumnHead[];
}

const FORMAT = 1;

export function readColumns(buffer: ArrayBuffer): EvaluationColumns {
  const length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length))) as Head;
  if (head.format !== FORMAT) throw new Error(`columns of the format ${String(head.format)} are not known`);
  const start = 4 + length;
  const byName = new Map(head.columns.map((column) => [column.name, column]));
  const column = (name: string) => byName.get(name);
  const words = (name: string): Uint32Array | null => {
    const found = column(name);
    return found === undefined ? null : new Uint32Array(buffer, start + found.offset, found.bytes / 4);
  };
  const floats = (name: string): Float32Array | null => {
    const found = column(name);
    return found === undefined ? null : new Float32Array(buffer, start + found.offset, found.bytes / 4);
  };
  const bits = (name: string, count: number): Uint8Array => {
    const found = column(name);
    const packed =
      found === undefined ? new Uint8Array() : new Uint8Array(buffer, start + found.offset, found.bytes);
    return Uint8Array.from({ length: count }, (_, place) => ((packed[place >> 3] ?? 0) >> (place & 7)) & 1);
  };
  const labels = head.figures.labels.flatMap((row, number): LabelScores[] => {
    const scores = floats(`scores/${String(number)}`);
    if (scores === null) return [];
    const truth = bits(`truth/${String(number)}`, scores.length);
    const trueCounts = words(`true_n/${String(number)}`);
    return [
      {
        number,
        row,
        threshold: row.threshold ?? 0.5,
        scores,
        truth,
        at: words(`at/${String(number)}`),
        positives: sum(trueCounts ?? truth),
        trueAt: words(`true_at/${String(number)}`),
        trueCounts,
      },
    ];
  });
  const overlaps = head.figures.labels.flatMap((_, number): [number, Float32Array][] => {
    const column_ = floats(`iou/${String(number)}`);
    return column_ === null ? [] : [[number, column_]];
  });
  return {
    figures: head.figures,
    pictures: head.pictures,
    correct: bits("correct", head.pictures.length),
    predicted: words("predicted"),
    labels,
    overlaps: new Map(overlaps),
  };
}

function sum(values: Uint8Array | Uint32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
