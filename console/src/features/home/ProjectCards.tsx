/** The newest projects as cards: how far labelling is, the last model, and what to do next. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Cards from "@cloudscape-design/components/cards";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { sumOf, useProject, type ProjectFacts, type ProjectRow } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { hrefOf, RouteLink, useFollow } from "../../ui/links";
import { StepSign, useNextSteps } from "../../ui/nextSteps";
import { NextStepSign, routeOfProject, VersionSign } from "../../ui/projects";
import { routeOfStep } from "../../ui/stepRoutes";
import { useText } from "./text";
import "./home.css";

/** As many as stand on a screen; the list has them all. */
const MOST = 8;

function Progress({ facts }: { readonly facts: ProjectFacts }) {
  const t = useText();
  const formats = useFormats();
  const pictures = sumOf(facts.datasets, (dataset) => dataset.pictures);
  const labelled = sumOf(facts.datasets, (dataset) => dataset.labelled);
  const share = pictures === 0 ? 0 : labelled / pictures;
  return (
    <div>
      <div className="project-card-bar" aria-hidden="true">
        <span style={{ inlineSize: `${String(100 * share)}%` }} />
      </div>
      <Box fontSize="body-s" color="text-body-secondary">
        {t("pictures", { count: pictures })}
        {pictures > 0 && ` · ${t("labelled", { percent: formats.percent(share) })}`}
      </Box>
    </div>
  );
}

function LastVersion({ facts }: { readonly facts: ProjectFacts }) {
  const t = useText();
  const [newest] = facts.versions;
  if (newest === undefined) return <Box color="text-body-secondary">{t("noVersion")}</Box>;
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <span>{t("version", { name: newest.name })}</span>
      <VersionSign state={newest.state} />
    </SpaceBetween>
  );
}

/** The first thing that is missing; of a model that is worked with, what becomes of that. */
function Need({ facts }: { readonly facts: ProjectFacts }) {
  const { data, isPending } = useNextSteps(facts.arn);
  const [first] = data?.Steps ?? [];
  if (isPending) return <Spinner />;
  const route = first === undefined ? undefined : routeOfStep(facts, first);
  if (first === undefined) return <NextStepSign facts={facts} />;
  if (route === undefined) return <StepSign step={first} />;
  return (
    <RouteLink to={route}>
      <StepSign step={first} />
    </RouteLink>
  );
}

function CardBody({ row }: { readonly row: ProjectRow }) {
  const project = useProject(row.service, row.name);
  if (project.isError) return <FaultAlert error={project.error} onRetry={() => void project.refetch()} />;
  if (!project.data) return <Spinner />;
  return (
    <div className="project-card">
      <Progress facts={project.data} />
      <LastVersion facts={project.data} />
      <Need facts={project.data} />
    </div>
  );
}

export function ProjectCards({ rows }: { readonly rows: readonly ProjectRow[] }) {
  const t = useText();
  const follow = useFollow();
  return (
    <Cards
      items={rows.slice(0, MOST)}
      trackBy="arn"
      cardsPerRow={[
        { cards: 1 },
        { minWidth: 600, cards: 2 },
        { minWidth: 1000, cards: 3 },
        { minWidth: 1400, cards: 4 },
      ]}
      header={
        <Header
          variant="h1"
          counter={`(${String(rows.length)})`}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button href={hrefOf("/projects")} onFollow={follow}>
                {t("allProjects")}
              </Button>
              <Button variant="primary" href={hrefOf("/projects?create")} onFollow={follow}>
                {t("create")}
              </Button>
            </SpaceBetween>
          }
        >
          {t("projects")}
        </Header>
      }
      cardDefinition={{
        header: (row) => (
          <RouteLink to={routeOfProject(row)} fontSize="heading-m">
            <bdi>{row.name}</bdi>
          </RouteLink>
        ),
        sections: [{ id: "body", content: (row) => <CardBody row={row} /> }],
      }}
    />
  );
}
