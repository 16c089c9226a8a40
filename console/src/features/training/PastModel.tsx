/** A model that was trained at AWS: what its service wrote of it, and that it cannot run here. */
import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useCall, type VersionFacts } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { Facts, Figures } from "./Result";
import { useText } from "./text";

export function PastModel({ version }: { readonly version: VersionFacts }) {
  const t = useText();
  const query = useCall("vedette", "GetTrainingReport", { ModelArn: version.arn });
  if (query.isError) return <FaultAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending) return <Spinner size="large" />;
  return (
    <SpaceBetween size="l">
      <Alert type="info" header={t("past")}>
        {t("pastHelp")}
      </Alert>
      <Container header={<Header variant="h2">{t("figures")}</Header>}>
        <SpaceBetween size="m">
          <Facts report={query.data} />
          <Figures report={query.data} />
        </SpaceBetween>
      </Container>
    </SpaceBetween>
  );
}
