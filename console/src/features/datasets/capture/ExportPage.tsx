/** A dataset taken along: the format, with or without pictures, and the browser saves what comes. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Tiles from "@cloudscape-design/components/tiles";
import Toggle from "@cloudscape-design/components/toggle";
import { useRef, useState } from "react";
import { send } from "../../../api";
import { useText } from "../../../intake/text";
import { FaultAlert } from "../../../ui/faults";
import { BucketExports } from "./BucketExports";
import { BucketForm } from "./BucketForm";
import { useTarget } from "./useTarget";

const FORMATS = [
  "manifest",
  "coco",
  "voc",
  "yolo",
  "csv",
  "folder",
  "labelme",
  "via",
  "datumaro",
  "imagefolder",
  "supervisely",
  "fiftyone",
  "roboflow",
  "labelstudio",
  "cvat",
  "mvtec",
  "visa",
] as const;
type ExportFormat = (typeof FORMATS)[number];
const NAMES: Readonly<Record<Exclude<ExportFormat, "folder">, string>> = {
  manifest: "Manifest",
  coco: "COCO",
  voc: "Pascal VOC",
  yolo: "YOLO",
  csv: "CSV",
  labelme: "LabelMe",
  via: "VIA",
  datumaro: "Datumaro",
  imagefolder: "Hugging Face",
  supervisely: "Supervisely",
  fiftyone: "FiftyOne",
  roboflow: "Roboflow",
  labelstudio: "Label Studio",
  cvat: "CVAT",
  mvtec: "MVTec AD",
  visa: "VisA",
};
/** Labels are where pictures lie. */
const BY_PLACE: ReadonlySet<string> = new Set(["folder", "mvtec", "visa"]);

const PARTS = [
  "labels",
  "boxes",
  "masks",
  "empty",
  "unseen",
  "unsure",
  "unread",
  "unclassed",
  "moved",
  "defects",
] as const;
type Losses = Partial<Readonly<Record<(typeof PARTS)[number], number>>>;

/** What a format leaves behind, in words; nothing where it holds everything. */
function Lost({ losses }: { readonly losses: Losses }) {
  const t = useText();
  const parts = PARTS.filter((part) => (losses[part] ?? 0) > 0);
  if (parts.length === 0) return null;
  return (
    <Alert type="warning" header={t("exportLost")}>
      <ul>
        {parts.map((part) => (
          <li key={part}>{t(`exportLost_${part}`, { count: losses[part] ?? 0 })}</li>
        ))}
      </ul>
    </Alert>
  );
}

export function ExportPage() {
  const t = useText();
  const place = useTarget(t("exportTitle"));
  const [format, setFormat] = useState<ExportFormat>("manifest");
  const [hasPictures, setPictures] = useState(true);
  const [error, setError] = useState<unknown>(null);
  const [begun, setBegun] = useState<number | null>(null);
  const [losses, setLosses] = useState<Losses>({});
  const [isBusy, setBusy] = useState(false);
  const [to, setTo] = useState("browser");
  const arn = place.target?.arn;
  const link = useRef<HTMLAnchorElement>(null);
  const withPictures = hasPictures || BY_PLACE.has(format);
  const query = new URLSearchParams({
    project: arn ?? "",
    type: place.type,
    format,
    ...(withPictures ? { pictures: "yes" } : {}),
  }).toString();
  const check = async () => {
    setLosses({});
    const answer = await send(`export?${query}&check=yes`);
    const facts = (await answer.json()) as { readonly entries: number; readonly losses: Losses };
    setLosses(facts.losses);
    return facts.entries;
  };
  const begin = async () => {
    setBusy(true);
    setError(null);
    setBegun(null);
    try {
      // Asked first: what a download answers instead of a file, no page can show.
      setBegun(await check());
      link.current?.click();
    } catch (fault) {
      setError(fault);
    } finally {
      setBusy(false);
    }
  };
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={t("exportIntro")}>
          {t("exportTitle")}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {place.error !== null && <FaultAlert error={place.error} onRetry={place.reload} />}
        <Container header={<Header variant="h2">{t("exportFormat")}</Header>}>
          <SpaceBetween size="l">
            <Tiles
              ariaLabel={t("exportFormat")}
              value={format}
              columns={3}
              items={FORMATS.map((value) => ({
                value,
                label: value === "folder" ? t("exportFolders") : NAMES[value],
                description: t(`export_${value}`),
              }))}
              onChange={({ detail }) => {
                setFormat(detail.value as ExportFormat);
                setLosses({});
              }}
            />
            <Toggle
              checked={withPictures}
              disabled={BY_PLACE.has(format)}
              description={t(to === "bucket" ? "exportPicturesThere" : "exportPicturesHelp")}
              onChange={({ detail }) => setPictures(detail.checked)}
            >
              {t("exportPictures")}
            </Toggle>
          </SpaceBetween>
        </Container>
        <Container header={<Header variant="h2">{t("exportTo")}</Header>}>
          <SpaceBetween size="l">
            <SegmentedControl
              selectedId={to}
              label={t("exportTo")}
              options={[
                { id: "browser", text: t("exportToBrowser") },
                { id: "bucket", text: t("exportToBucket") },
              ]}
              onChange={({ detail }) => setTo(detail.selectedId)}
            />
            {to === "browser" && (
              <Box>
                <Button
                  variant="primary"
                  iconName="download"
                  loading={isBusy}
                  disabled={arn === undefined}
                  onClick={() => void begin()}
                >
                  {t("exportBegin")}
                </Button>
              </Box>
            )}
            {to === "bucket" && arn !== undefined && (
              <BucketForm
                arn={arn}
                name={place.place.name}
                type={place.type}
                route={`${place.place.route}/${place.type}/export`}
                format={format}
                withPictures={withPictures}
                check={check}
              />
            )}
            {error !== null && <FaultAlert error={error} />}
            {to === "browser" && begun !== null && (
              <Alert type="success">{t("exportBegun", { count: begun })}</Alert>
            )}
            <Lost losses={losses} />
          </SpaceBetween>
        </Container>
        {arn !== undefined && <BucketExports arn={arn} />}
      </SpaceBetween>
      <a ref={link} hidden download href={`/console/api/export?${query}`}>
        {t("exportBegin")}
      </a>
    </ContentLayout>
  );
}
