/** The model tried on pictures, on a camera's live view and on a video, with a limit that is moved freely. */
import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Slider from "@cloudscape-design/components/slider";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import Toggle from "@cloudscape-design/components/toggle";
import { useMemo, useState } from "react";
import { useFormats } from "../../i18n/context";
import { colorsOf, thresholdsOf, type Limit } from "./detection";
import type { Judging } from "./Findings";
import { LiveView } from "./LiveView";
import type { ModelPlace, Serving } from "./model";
import { needsOf } from "./prepare";
import { useText } from "./text";
import { TryPictures } from "./TryPictures";
import { TryVideo } from "./TryVideo";

interface TryItProps {
  readonly model: ModelPlace;
  readonly serving: Serving;
}

/** Labels keep their colours while their thresholds and the load change: the key is what they are called. */
function useJudging(serving: Serving, limit: Limit): Judging {
  const text = JSON.stringify(serving.Labels ?? []);
  return useMemo(() => {
    const labels = JSON.parse(text) as NonNullable<Serving["Labels"]>;
    return {
      limit,
      thresholds: thresholdsOf({ Labels: labels }),
      colorOf: colorsOf(labels.map(({ Label = "" }) => Label)),
    };
  }, [text, limit]);
}

export function TryIt({ model, serving }: TryItProps) {
  const t = useText();
  const [isOwn, setOwn] = useState(true);
  const [percent, setPercent] = useState(50);
  const judging = useJudging(serving, isOwn ? null : percent / 100);
  const { ImageWidth, ImageHeight } = serving;
  const needs = useMemo(
    () => needsOf(model.service, ImageWidth, ImageHeight),
    [model.service, ImageWidth, ImageHeight],
  );
  const [tab, setTab] = useState("pictures");
  const isRunning = serving.State === "running";
  const shared = { model, needs, judging, isRunning };
  return (
    <Container
      header={
        <Header variant="h2" description={t("tryHelp")}>
          {t("try")}
        </Header>
      }
    >
      <SpaceBetween size="m">
        {!isRunning && <Alert type="info">{t("tryStopped")}</Alert>}
        <LimitField
          isLookout={model.service === "lookoutvision"}
          isOwn={isOwn}
          percent={percent}
          onOwn={setOwn}
          onPercent={setPercent}
        />
        <Tabs
          activeTabId={tab}
          onChange={({ detail }) => setTab(detail.activeTabId)}
          tabs={[
            { id: "pictures", label: t("tabPictures"), content: <TryPictures {...shared} /> },
            { id: "camera", label: t("tabCamera"), content: <LiveView {...shared} /> },
            { id: "video", label: t("tabVideo"), content: <TryVideo {...shared} /> },
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}

interface LimitFieldProps {
  readonly isLookout: boolean;
  readonly isOwn: boolean;
  readonly percent: number;
  readonly onOwn: (isOwn: boolean) => void;
  readonly onPercent: (percent: number) => void;
}

function LimitField({ isLookout, isOwn, percent, onOwn, onPercent }: LimitFieldProps) {
  const t = useText();
  const formats = useFormats();
  return (
    <FormField
      label={isLookout ? t("limitLookout") : t("limit")}
      description={isLookout ? t("limitLookoutHelp") : t("limitHelp")}
    >
      <SpaceBetween size="xs">
        <Toggle checked={isOwn} onChange={({ detail }) => onOwn(detail.checked)}>
          {isLookout ? t("limitOwnLookout") : t("limitOwn")}
        </Toggle>
        <Slider
          value={percent}
          min={1}
          max={100}
          disabled={isOwn}
          valueFormatter={(value) => formats.percent(value / 100)}
          ariaLabel={isLookout ? t("limitLookout") : t("limit")}
          onChange={({ detail }) => onPercent(detail.value)}
        />
      </SpaceBetween>
    </FormField>
  );
}
