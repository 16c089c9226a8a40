/** What a version keeps of what it is asked in production: settings, drift, and the kept pictures to verify. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import ContentLayout from "@cloudscape-design/components/content-layout";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useSearchParams } from "react-router";
import { useCall, type Own, type ProjectFacts } from "../../api";
import { Sentence } from "../../sentences";
import { FaultAlert } from "../../ui/faults";
import { RouteLink } from "../../ui/links";
import { hasModel } from "../../ui/models";
import { OfProject } from "../../ui/ofProject";
import { AddPictures } from "./AddPictures";
import { Drift } from "./Drift";
import { FeedbackSettings } from "./FeedbackSettings";
import { useText } from "./text";
import { VerifyView } from "./VerifyView";

const EVERY_MS = 5000;

interface KeptProps {
  readonly project: ProjectFacts;
  readonly route: string;
  readonly trial: string;
  readonly examples: readonly number[];
}

function Kept({ project, route, trial, examples }: KeptProps) {
  const t = useText();
  const which = { ProjectArn: project.arn, TrialId: trial };
  const query = useCall("vedette", "DescribeTrialDetection", which, { everyMs: EVERY_MS });
  const facts = query.data?.Trial;
  if (query.error !== null) return <FaultAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (facts === undefined) return <Spinner />;
  return (
    <SpaceBetween size="m">
      <Header variant="h2" actions={<AddPictures project={project} trial={facts} />}>
        {t("kept")}
      </Header>
      <VerifyView project={project} route={route} trial={facts} examples={examples} />
    </SpaceBetween>
  );
}

interface OfVersionProps {
  readonly project: ProjectFacts;
  readonly route: string;
  readonly arn: string;
}

function OfVersion({ project, route, arn }: OfVersionProps) {
  const t = useText();
  const query = useCall("vedette", "DescribeFeedback", { ModelArn: arn }, { everyMs: EVERY_MS });
  if (query.error !== null) return <FaultAlert error={query.error} onRetry={() => void query.refetch()} />;
  const feedback: Own.FeedbackDescription | undefined = query.data?.Feedback;
  if (feedback === undefined) return <Spinner size="large" />;
  const trial = feedback.TrialId;
  return (
    <SpaceBetween size="l">
      {(feedback.Pause ?? "") !== "" && (
        <Alert type="warning">
          <Sentence text={feedback.Pause ?? ""} />
        </Alert>
      )}
      {(feedback.Problem ?? "") !== "" && (
        <Alert type="warning" header={t("keepProblem")}>
          <Sentence text={feedback.Problem ?? ""} />
        </Alert>
      )}
      <Drift project={project} feedback={feedback} />
      <FeedbackSettings
        key={`${arn} ${String(feedback.UpdateDate)}`}
        arn={arn}
        project={project}
        feedback={feedback}
      />
      {trial !== undefined && (
        <Kept project={project} route={route} trial={trial} examples={feedback.Drift?.Examples ?? []} />
      )}
    </SpaceBetween>
  );
}

function Shown({ project, route }: { readonly project: ProjectFacts; readonly route: string }) {
  const t = useText();
  const [search, setSearch] = useSearchParams();
  const versions = project.versions.filter(hasModel);
  const asked = search.get("version");
  const running = versions.find(({ state }) => state === "running");
  const chosen = versions.find(({ name }) => name === asked) ?? running ?? versions[0];
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={t("feedbackHelp")}>
          {t("feedback")}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {chosen === undefined ? (
          <Box>
            {t("noVersion")} <RouteLink to={`${route}/train`}>{t("toTraining")}</RouteLink>
          </Box>
        ) : (
          <SpaceBetween size="l">
            <FormField label={t("version")}>
              <Select
                selectedOption={{ value: chosen.name, label: chosen.name }}
                options={versions.map(({ name }) => ({ value: name, label: name }))}
                onChange={({ detail }) => setSearch({ version: detail.selectedOption.value ?? "" })}
              />
            </FormField>
            <OfVersion key={chosen.arn} project={project} route={route} arn={chosen.arn} />
          </SpaceBetween>
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}

export function FeedbackPage() {
  const t = useText();
  return (
    <OfProject title={t("feedback")}>
      {(project, route) => <Shown project={project} route={route} />}
    </OfProject>
  );
}
