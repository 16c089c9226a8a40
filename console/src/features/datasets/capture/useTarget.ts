/** The dataset that a page of pictures belongs to, and the labels that it may give. */
import { useCrumbs } from "../../../ui/crumbs";
import { usePage } from "../../../ui/page";
import { useLabels } from "../labels";
import { makeDataset, useCounts, useDatasetType, usePlace, useProject } from "../project";

export function useTarget(title: string) {
  const place = usePlace();
  const type = useDatasetType();
  const project = useProject(place);
  const isThere = project.types.includes(type);
  const counts = useCounts(project.arn, type, isThere);
  const isLookout = place.service === "lookoutvision";
  const labels = useLabels(project.arn, counts.data, isLookout);
  usePage({ title, crumbs: useCrumbs({ ...place, type }) });
  const { arn, error, reload } = project;
  return {
    place,
    type,
    isLookout,
    error,
    reload,
    total: counts.data?.Total ?? 0,
    labels: isLookout ? ["normal", "anomaly"] : labels.map((label) => label.name),
    target: arn === undefined ? null : { arn, service: place.service, type },
    ensure: async () => {
      if (arn !== undefined && !isThere) await makeDataset(place, arn, type);
    },
  };
}

export type Target = ReturnType<typeof useTarget>;
