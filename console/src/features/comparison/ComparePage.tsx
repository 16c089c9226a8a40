/** Two versions side by side: which is better, whether that may be chance, and the pictures that show it. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useSearchParams } from "react-router";
import { asFault, useCall, type ProjectFacts } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { hrefOf, useFollow } from "../../ui/links";
import { OfProject, useProjectPlace } from "../../ui/ofProject";
import { useUiText } from "../../ui/text";
import { comparable, missingOf, namesOf, pairOf, type Pair } from "./choice";
import "./comparison.css";
import { ComparedPictures } from "./ComparedPictures";
import { Figures } from "./Figures";
import { useText } from "./text";

export function ComparePage() {
  const t = useText();
  const ui = useUiText();
  const { route: above } = useProjectPlace();
  return (
    <OfProject title={t("title")} below={[{ text: ui("versions"), to: `${above}/versions` }]}>
      {(project, route) => (
        <ContentLayout header={<Header variant="h1">{t("title")}</Header>}>
          <Chosen project={project} route={route} />
        </ContentLayout>
      )}
    </OfProject>
  );
}

function Chosen({ project, route }: { readonly project: ProjectFacts; readonly route: string }) {
  const t = useText();
  const follow = useFollow();
  const [query, setQuery] = useSearchParams();
  const named = query.get("versions") ?? "";
  const pair = pairOf(project.versions, named);
  const missing = missingOf(project.versions, named);
  if (pair === null) {
    return (
      <Box textAlign="center" padding="xxl">
        <SpaceBetween size="m">
          <Box variant="p">{t("needTwo")}</Box>
          <Button href={hrefOf(`${route}/train?new`)} onFollow={follow}>
            {t("trainAnother")}
          </Button>
        </SpaceBetween>
      </Box>
    );
  }
  const choose = (first: string, second: string) =>
    setQuery({ versions: namesOf(first, second) }, { replace: true });
  return (
    <SpaceBetween size="l">
      {missing.length > 0 && <Alert type="info">{t("notThere", { versions: missing.join(", ") })}</Alert>}
      <Choice project={project} pair={pair} onChoose={choose} />
      <Compared key={namesOf(pair.first.arn, pair.second.arn)} pair={pair} route={route} />
    </SpaceBetween>
  );
}

interface ChoiceProps {
  readonly project: ProjectFacts;
  readonly pair: Pair;
  readonly onChoose: (first: string, second: string) => void;
}

function Choice({ project, pair, onChoose }: ChoiceProps) {
  const t = useText();
  const { first, second } = pair;
  const options = comparable(project.versions).map(({ name }) => ({ value: name, label: name }));
  // Who names the other one here wants to see them the other way round.
  const chooseFirst = (name: string) => onChoose(name, name === second.name ? first.name : second.name);
  const chooseSecond = (name: string) => onChoose(name === first.name ? second.name : first.name, name);
  return (
    <div className="comparison-choice">
      <FormField label={t("before")}>
        <Select
          options={options}
          selectedOption={{ value: first.name, label: first.name }}
          filteringType="auto"
          onChange={({ detail }) => chooseFirst(detail.selectedOption.value ?? first.name)}
        />
      </FormField>
      <Button onClick={() => onChoose(second.name, first.name)}>{t("swap")}</Button>
      <FormField label={t("after")}>
        <Select
          options={options}
          selectedOption={{ value: second.name, label: second.name }}
          filteringType="auto"
          onChange={({ detail }) => chooseSecond(detail.selectedOption.value ?? second.name)}
        />
      </FormField>
    </div>
  );
}

function Compared({ pair, route }: { readonly pair: Pair; readonly route: string }) {
  const comparison = useCall("vedette", "CompareVersions", {
    FirstModelArn: pair.first.arn,
    SecondModelArn: pair.second.arn,
  });
  const t = useText();
  if (comparison.isError && asFault(comparison.error).status === 404) {
    return (
      <Alert type="info" header={t("noEvaluation")}>
        <bdi>{asFault(comparison.error).message}</bdi> {t("noEvaluationHelp")}
      </Alert>
    );
  }
  if (comparison.isError) {
    return <FaultAlert error={comparison.error} onRetry={() => void comparison.refetch()} />;
  }
  if (comparison.isPending) return <Spinner size="large" />;
  return (
    <SpaceBetween size="l">
      <Figures comparison={comparison.data} route={route} />
      {comparison.data.Images > 0 && <ComparedPictures pair={pair} comparison={comparison.data} />}
    </SpaceBetween>
  );
}
