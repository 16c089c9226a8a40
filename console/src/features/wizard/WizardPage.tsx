/** The way in for pictures and labels: choose a source, see what it will be, mend it, take it in. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";
import { call, queryClient, useCall } from "../../api";
import { useCrumbs } from "../../ui/crumbs";
import { FaultAlert } from "../../ui/faults";
import { usePage } from "../../ui/page";
import { ImportView } from "./ImportView";
import { useWizardPlace, type WizardPlace } from "./place";
import { beginSending } from "./sender";
import { StartForm } from "./StartForm";
import { useText } from "./text";
import "./wizard.css";

export function WizardPage() {
  const t = useText();
  const navigate = useNavigate();
  const place = useWizardPlace();
  usePage({ title: t("title"), crumbs: useCrumbs({ service: place.service, name: place.name }) });
  const { arn } = place;
  const here = `${place.route}/new`;
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={t("intro")}
          actions={<Button onClick={() => void navigate(place.route)}>{t("back")}</Button>}
        >
          {t("title")}
        </Header>
      }
    >
      {place.error !== null && <FaultAlert error={place.error} />}
      {arn !== undefined && place.importId === "" && (
        <SpaceBetween size="l">
          <StartForm
            key={place.type}
            place={place}
            arn={arn}
            onBegin={(importId, sender) => {
              if (sender !== null) beginSending(sender);
              void navigate(`${here}?type=${place.type}&import=${importId}`);
            }}
          />
          <Unfinished place={place} arn={arn} />
        </SpaceBetween>
      )}
      {arn !== undefined && place.importId !== "" && (
        <ImportView key={place.importId} place={place} arn={arn} />
      )}
    </ContentLayout>
  );
}

/** Imports that were begun and not ended: one may go on with them. */
function Unfinished({ place, arn }: { readonly place: WizardPlace; readonly arn: string }) {
  const t = useText();
  const navigate = useNavigate();
  const imports = useCall("vedette", "ListImports", { ProjectArn: arn });
  const waiting = (imports.data?.Imports ?? []).filter(({ Status }) => Status !== "done");
  if (imports.error !== null) return <FaultAlert error={imports.error} />;
  if (waiting.length === 0) return null;
  const forget = async (ImportId: string) => {
    await call("vedette", "DeleteImport", { ProjectArn: arn, ImportId });
    await queryClient.invalidateQueries({ queryKey: ["vedette", "ListImports"] });
  };
  return (
    <Container header={<Header variant="h2">{t("unfinished")}</Header>}>
      <SpaceBetween size="xs">
        {waiting.map((item) => (
          <div key={item.ImportId} className="wizard-row">
            <Box>
              {t(`format_${item.Source?.Format ?? "folder"}`)} · {t(`status_${item.Status ?? "open"}`)}{" "}
              <bdi>{item.Source?.Address}</bdi>
            </Box>
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                onClick={() =>
                  void navigate(
                    `${place.route}/new?type=${item.DatasetType ?? "train"}&import=${item.ImportId ?? ""}`,
                  )
                }
              >
                {t("goOn")}
              </Button>
              <Button variant="link" onClick={() => void forget(item.ImportId ?? "")}>
                {t("forget")}
              </Button>
            </SpaceBetween>
          </div>
        ))}
      </SpaceBetween>
    </Container>
  );
}
