/** What comes before a name is led back. No React. */
import { call, type ProjectFacts } from "../../api";

/** Where the version that answers now runs, the one before has to run too: programs would be refused. */
export function needsStart(now: string, before: string | undefined): boolean {
  return now === "running" && before !== "running" && before !== "starting";
}

export async function startVersion(project: ProjectFacts, name: string, arn: string): Promise<void> {
  if (project.service === "rekognition") {
    await call("rekognition", "StartProjectVersion", { ProjectVersionArn: arn, MinInferenceUnits: 1 });
  } else {
    const model = { ProjectName: project.name, ModelVersion: name };
    await call("lookoutvision", "StartModel", { ...model, MinInferenceUnits: 1 });
  }
}
