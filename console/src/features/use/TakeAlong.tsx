/** The model as a file: the whole package, or the network alone. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation } from "@tanstack/react-query";
import { currentRegion, currentSession, send } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { hrefOf, useFollow } from "../../ui/links";
import { routeOfProject } from "../../ui/projects";
import type { ModelPlace, Serving } from "./model";
import { useText } from "./text";

type Part = "package" | "onnx";

async function download(model: ModelPlace, part: Part): Promise<void> {
  const answer = await send("vedette/DownloadModel", {
    method: "POST",
    json: { ModelArn: model.arn, ...(part === "onnx" ? { Part: part } : {}) },
    csrf: currentSession()?.csrf,
    region: currentRegion(),
  });
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = `${model.project}-${model.version}.${part === "onnx" ? "onnx" : "zip"}`;
  link.click();
  URL.revokeObjectURL(address);
}

const WITHOUT = ["training", "copying", "failed", "copy-failed", "deleting", "archived"];

export function TakeAlong({ model, serving }: { readonly model: ModelPlace; readonly serving: Serving }) {
  const t = useText();
  const follow = useFollow();
  const fetch = useMutation({ mutationFn: (part: Part) => download(model, part) });
  const route = routeOfProject({ service: model.service, name: model.project });
  const isMissing = WITHOUT.includes(serving.State ?? "");
  return (
    <Container
      header={
        <Header variant="h2" description={t("takeHelp")}>
          {t("take")}
        </Header>
      }
    >
      <SpaceBetween size="s">
        {fetch.isError && <FaultAlert error={fetch.error} />}
        <SpaceBetween direction="horizontal" size="xs">
          {(["package", "onnx"] as const).map((part) => (
            <Button
              key={part}
              iconName="download"
              disabled={isMissing}
              loading={fetch.isPending && fetch.variables === part}
              onClick={() => fetch.mutate(part)}
            >
              {part === "onnx" ? t("takeOnnx") : t("takePackage")}
            </Button>
          ))}
          <Button
            disabled={isMissing}
            href={hrefOf(`${route}/packages?order=${encodeURIComponent(model.version)}`)}
            onFollow={follow}
          >
            {t("orderPackage")}
          </Button>
          <Button href={hrefOf(`${route}/datasets/train/export`)} onFollow={follow}>
            {t("exportLabels")}
          </Button>
        </SpaceBetween>
        <Box color="text-body-secondary">{t("takeParts")}</Box>
      </SpaceBetween>
    </Container>
  );
}
