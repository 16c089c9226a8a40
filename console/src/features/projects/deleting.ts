/** Deletes a project with what is in it: its models, then its datasets, then itself, as each service demands. */
import { asFault, call, forgetProject, refreshProjects, type ProjectFacts } from "../../api";

const WAIT_MS = 500;
/** Deleting waits for units to end; five minutes is what the guide says that it may take. */
const MOST_WAITS = 600;

const pause = () => new Promise((resolve) => setTimeout(resolve, WAIT_MS));

/** What goes wrong with "it is gone already" is what was wanted. */
async function unlessGone(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (asFault(error).code !== "ResourceNotFoundException") throw error;
  }
}

async function isEmptied(facts: ProjectFacts): Promise<boolean> {
  if (facts.service === "rekognition") {
    const versions = await call("rekognition", "DescribeProjectVersions", { ProjectArn: facts.arn });
    const projects = await call("rekognition", "DescribeProjects", { ProjectNames: [facts.name] });
    const isBare = (projects.ProjectDescriptions?.[0]?.Datasets ?? []).length === 0;
    return isBare && (versions.ProjectVersionDescriptions ?? []).length === 0;
  }
  const models = await call("lookoutvision", "ListModels", { ProjectName: facts.name });
  const project = await call("lookoutvision", "DescribeProject", { ProjectName: facts.name });
  return (models.Models ?? []).length === 0 && (project.ProjectDescription?.Datasets ?? []).length === 0;
}

async function waitUntilEmptied(facts: ProjectFacts): Promise<void> {
  for (let wait = 0; wait < MOST_WAITS; wait += 1) {
    if (await isEmptied(facts)) return;
    await pause();
  }
}

async function deleteContents(facts: ProjectFacts): Promise<void> {
  for (const version of facts.versions) {
    await unlessGone(
      facts.service === "rekognition"
        ? call("rekognition", "DeleteProjectVersion", { ProjectVersionArn: version.arn })
        : call("lookoutvision", "DeleteModel", { ProjectName: facts.name, ModelVersion: version.name }),
    );
  }
  for (const dataset of facts.datasets) {
    await unlessGone(
      facts.service === "rekognition"
        ? call("rekognition", "DeleteDataset", { DatasetArn: dataset.arn ?? "" })
        : call("lookoutvision", "DeleteDataset", { ProjectName: facts.name, DatasetType: dataset.type }),
    );
  }
}

export async function deleteProject(facts: ProjectFacts): Promise<void> {
  try {
    await deleteContents(facts);
    await waitUntilEmptied(facts);
    await unlessGone(
      facts.service === "rekognition"
        ? call("rekognition", "DeleteProject", { ProjectArn: facts.arn })
        : call("lookoutvision", "DeleteProject", { ProjectName: facts.name }),
    );
  } catch (error) {
    await refreshProjects();
    throw error;
  }
  await forgetProject(facts);
}
