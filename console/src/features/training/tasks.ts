/** The tasks that a training may have. */
export type Task = "classification" | "multilabel" | "detection" | "anomaly" | "segmentation";

export function taskOf(task: string | undefined): Task {
  const known: readonly Task[] = ["multilabel", "detection", "anomaly", "segmentation"];
  return known.find((candidate) => candidate === task) ?? "classification";
}
