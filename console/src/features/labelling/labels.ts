/** The labels of a project with their colours and keys: what people decided, and a palette for the rest. */

export interface LabelInfo {
  readonly name: string;
  readonly color: string;
  /** One of 0-9 a-z, or nothing. */
  readonly key: string;
  /** Whether colour and key were decided by a person and are stored. */
  readonly isDecided: boolean;
}

export interface LabelDecision {
  readonly name: string;
  readonly color: string;
  readonly key: string;
}

/** The services' palette first (spec of Lookout, errata 4.3); the rest keeps as far from it as from one another. */
export const PALETTE: readonly string[] = [
  "#23A436",
  "#14A3B3",
  "#F76902",
  "#9380FF",
  "#BD10E0",
  "#467CE6",
  "#A09308",
  "#D13212",
  "#E07BA7",
  "#6B4E16",
  "#0F7B6C",
  "#B5B100",
  "#5A2CA0",
  "#FF9FB2",
  "#2E5E1F",
  "#00A1FF",
  "#8C564B",
  "#FFC20A",
  "#7F0055",
  "#4D6A7A",
];

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
/** 0 is "nothing here", and no label's unless somebody decides so. */
const MOST_KEYS = DIGITS.length;

/** Return all labels: the decided ones in their order, then those that pictures have. */
export function labelsOfProject(decided: readonly LabelDecision[], used: Iterable<string>): LabelInfo[] {
  const names = new Set([
    ...decided.map(({ name }) => name),
    ...[...used].sort((a, b) => a.localeCompare(b)),
  ]);
  const byName = new Map(decided.map((decision) => [decision.name, decision]));
  const takenColors = new Set(decided.map(({ color }) => color.toUpperCase()));
  const takenKeys = new Set(decided.map(({ key }) => key));
  const colors = PALETTE.filter((color) => !takenColors.has(color));
  const keys = DIGITS.filter((key) => !takenKeys.has(key)).slice(0, MOST_KEYS);
  let spare = 0;
  return [...names].map((name) => {
    const decision = byName.get(name);
    const color = decision?.color ?? "";
    const key = decision?.key ?? "";
    return {
      name,
      color: color === "" ? (colors[spare++ % colors.length] ?? nextColor(spare)) : color,
      key: key === "" ? (keys.shift() ?? "") : key,
      isDecided: decision !== undefined,
    };
  });
}

/** Return the labels that hold what is typed, those that begin with it first. */
export function searchLabels(labels: readonly LabelInfo[], text: string): readonly LabelInfo[] {
  const wanted = text.trim().toLocaleLowerCase();
  if (wanted === "") {
    return labels;
  }
  const holds = labels.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
  const begins = holds.filter(({ name }) => name.toLocaleLowerCase().startsWith(wanted));
  return [...begins, ...holds.filter((label) => !begins.includes(label))];
}

/** Turn the golden angle of hues: neighbours never look alike. */
function nextColor(place: number): string {
  const hue = (place * 137.508) % 360;
  const channel = (shift: number): string => {
    const share = 0.5 + 0.35 * Math.cos(((hue + shift) * Math.PI) / 180);
    return Math.round(share * 255)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${channel(0)}${channel(240)}${channel(120)}`.toUpperCase();
}
