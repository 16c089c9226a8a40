/** The project and the dataset that an address names. */
import { asFault, call, queryClient, useCall, whetherGone, type Own } from "../../api";
import { segmentOf, useNames } from "../../ui/address";

export type DatasetType = "train" | "test";
export type ProjectService = "rekognition" | "lookoutvision";

export interface ProjectPlace {
  readonly service: ProjectService;
  readonly name: string;
  /** The route of the project's datasets. */
  readonly route: string;
}

export function usePlace(): ProjectPlace {
  const { service, project } = useNames();
  const name = project ?? "";
  const kind = service === "lookoutvision" ? "lookoutvision" : "rekognition";
  return { service: kind, name, route: `/projects/${kind}/${segmentOf(name)}/datasets` };
}

export function useDatasetType(): DatasetType {
  return useNames().type === "test" ? "test" : "train";
}

/** What became of the last thing that was done to a dataset, in the service's words. */
export interface DatasetState {
  readonly status: string;
  readonly message: string;
}

export interface ProjectFacts {
  readonly arn: string | undefined;
  readonly types: readonly DatasetType[];
  readonly states: ReadonlyMap<DatasetType, DatasetState>;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly reload: () => void;
}

interface ListedDataset {
  readonly DatasetType?: string | undefined;
  readonly Status?: string | undefined;
  readonly StatusMessage?: string | undefined;
}

function statesOf(datasets: readonly ListedDataset[] | undefined): Map<DatasetType, DatasetState> {
  return new Map(
    (datasets ?? []).map(({ DatasetType, Status = "", StatusMessage = "" }) => [
      DatasetType?.toLowerCase() === "test" ? "test" : "train",
      { status: Status, message: StatusMessage },
    ]),
  );
}

/** How often a page looks whether datasets came or went. */
const AGAIN = { everyMs: 5000 } as const;

function useRekognition(name: string, isEnabled: boolean): ProjectFacts {
  const query = useCall("rekognition", "DescribeProjects", { ProjectNames: [name] }, { isEnabled, ...AGAIN });
  const project = query.data?.ProjectDescriptions?.[0];
  const reload = () => void query.refetch();
  const { isPending } = query;
  const states = statesOf(project?.Datasets);
  const types = [...states.keys()];
  return { ...whetherGone(name, project?.ProjectArn, query), types, states, isPending, reload };
}

function useLookout(name: string, isEnabled: boolean): ProjectFacts {
  const query = useCall("lookoutvision", "DescribeProject", { ProjectName: name }, { isEnabled, ...AGAIN });
  const project = query.data?.ProjectDescription;
  const reload = () => void query.refetch();
  const { isPending } = query;
  const states = statesOf(project?.Datasets);
  const types = [...states.keys()];
  return { ...whetherGone(name, project?.ProjectArn, query), types, states, isPending, reload };
}

/** The project's ARN and which datasets it has. */
export function useProject(place: ProjectPlace): ProjectFacts {
  const isRekognition = place.service === "rekognition";
  const rekognition = useRekognition(place.name, isRekognition);
  const lookout = useLookout(place.name, !isRekognition);
  return isRekognition ? rekognition : lookout;
}

/** How many entries a dataset has, by state and by label. */
export function useCounts(
  arn: string | undefined,
  type: DatasetType,
  isThere: boolean,
  filter?: Own.EntryFilter,
) {
  return useCall(
    "vedette",
    "CountEntries",
    { ProjectArn: arn ?? "", DatasetType: type, ...(filter === undefined ? {} : { Filter: filter }) },
    { isEnabled: arn !== undefined && isThere, everyMs: 3000 },
  );
}

/** What the services answer where another tab, or somebody else, was first. */
const EXISTS: ReadonlySet<string> = new Set(["ResourceAlreadyExistsException", "ConflictException"]);

/** Makes an empty dataset, unless it is there by now. */
export async function makeDataset(place: ProjectPlace, arn: string, type: DatasetType): Promise<void> {
  try {
    if (place.service === "rekognition") {
      await call("rekognition", "CreateDataset", {
        ProjectArn: arn,
        DatasetType: type === "train" ? "TRAIN" : "TEST",
      });
    } else {
      await call("lookoutvision", "CreateDataset", { ProjectName: place.name, DatasetType: type });
    }
  } catch (error) {
    if (!EXISTS.has(asFault(error).code)) throw error;
  }
  await queryClient.invalidateQueries({ queryKey: [place.service] });
}
