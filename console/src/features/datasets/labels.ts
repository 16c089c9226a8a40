/** The labels of a project: those in use and those with settings, each with its colour and key. */
import { useMemo } from "react";
import { useCall, type Own } from "../../api";

export interface ProjectLabel {
  readonly name: string;
  readonly colour: string;
  readonly key: string;
  readonly pictures: number;
}

/** Told apart by people who see few colours too; the first ones are the most different. */
const PALETTE = [
  "#0972d3",
  "#d45200",
  "#037f0c",
  "#a32ba3",
  "#b88600",
  "#008a8a",
  "#c33d69",
  "#5f6b7a",
  "#6842c9",
  "#8a4b08",
];
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];

export function joinLabels(
  settings: readonly Own.LabelSetting[],
  counts: readonly Own.LabelCount[],
): ProjectLabel[] {
  const pictures = new Map(counts.map((count) => [count.Name ?? "", count.Pictures ?? 0]));
  // By the alphabet, as labelling has them: so that a key gives the same label in both datasets.
  const used = [...pictures.keys()].sort();
  const names = [...new Set([...settings.map((setting) => setting.Name), ...used])];
  const bySetting = new Map(settings.map((setting) => [setting.Name, setting]));
  const taken = new Set(settings.map((setting) => setting.Key ?? "").filter((key) => key !== ""));
  const free = KEYS.filter((key) => !taken.has(key));
  return names.map((name, place) => {
    const { Color: colour = "", Key: key = "" } = bySetting.get(name) ?? {};
    return {
      name,
      colour: colour || (PALETTE[place % PALETTE.length] ?? "#0972d3"),
      key: key || (free.shift() ?? ""),
      pictures: pictures.get(name) ?? 0,
    };
  });
}

/** Lookout's two classes before the types, with keys of their own: no key gives two labels. */
export function withClasses(
  labels: readonly ProjectLabel[],
  normal: number,
  anomaly: number,
): ProjectLabel[] {
  const classes = [
    { name: "normal", colour: "#037f0c", key: "1", pictures: normal },
    { name: "anomaly", colour: "#d91515", key: "2", pictures: anomaly },
  ];
  const taken = new Set(classes.map((label) => label.key));
  const types = labels.filter((label) => label.name !== "normal" && label.name !== "anomaly");
  return [...classes, ...types.map((label) => (taken.has(label.key) ? { ...label, key: "" } : label))];
}

export function useLabels(
  arn: string | undefined,
  facts: Own.CountEntriesResponse | undefined,
  isLookout: boolean,
) {
  const { Labels: counts, Normal: normal = 0, Anomaly: anomaly = 0 } = facts ?? {};
  const settings = useCall(
    "vedette",
    "ListLabelSettings",
    { ProjectArn: arn ?? "" },
    { isEnabled: arn !== undefined },
  );
  return useMemo(() => {
    const labels = joinLabels(settings.data?.Labels ?? [], counts ?? []);
    if (!isLookout) return labels;
    return withClasses(labels, normal, anomaly);
  }, [settings.data, counts, normal, anomaly, isLookout]);
}
