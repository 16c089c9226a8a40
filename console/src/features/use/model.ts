/** The version that a page is about, and how it is put into service and out of it, in its service's own words. */
import { call, refreshProjects, type Own, type ProjectService } from "../../api";

export interface ModelPlace {
  readonly service: ProjectService;
  readonly project: string;
  readonly version: string;
  readonly arn: string;
}

export type Serving = Own.DescribeServingResponse;

export interface UnitChoice {
  readonly least: number;
  /** Null where the number stays the same. */
  readonly most: number | null;
}

export async function startModel(model: ModelPlace, { least, most }: UnitChoice): Promise<void> {
  const units = { MinInferenceUnits: least, ...(most === null ? {} : { MaxInferenceUnits: most }) };
  if (model.service === "rekognition") {
    await call("rekognition", "StartProjectVersion", { ProjectVersionArn: model.arn, ...units });
  } else {
    const named = { ProjectName: model.project, ModelVersion: model.version };
    await call("lookoutvision", "StartModel", { ...named, ...units });
  }
  await refreshProjects();
}

export async function stopModel(model: ModelPlace): Promise<void> {
  if (model.service === "rekognition") {
    await call("rekognition", "StopProjectVersion", { ProjectVersionArn: model.arn });
  } else {
    await call("lookoutvision", "StopModel", { ProjectName: model.project, ModelVersion: model.version });
  }
  await refreshProjects();
}

/** A whole number that somebody typed, or null. */
export function unitsOf(text: string, most: number): number | null {
  const number = /^\d{1,6}$/u.test(text.trim()) ? Number(text) : 0;
  return number >= 1 && number <= most ? number : null;
}
