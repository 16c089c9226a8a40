/** What the service says of a version: when, from what, how long, and every file that it left in a bucket. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useMutation } from "@tanstack/react-query";
import { useCall, type ProjectFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { RouteLink } from "../../ui/links";
import { routeOfVersion } from "../../ui/version";
import { useChanges } from "./changes";
import { Description } from "./Description";
import { useVersionDetails, type StoredFile, type VersionDetails } from "./details";
import { downloadObject } from "./download";
import type { VersionProps } from "./place";
import { useDuration } from "./Result";
import { useText } from "./text";

interface CopiedProps {
  readonly text: string;
  readonly label: string;
  /** Whether the button stands without the text. */
  readonly isIcon?: boolean;
}

export function Copied({ text, label, isIcon = false }: CopiedProps) {
  const t = useText();
  return (
    <CopyToClipboard
      variant={isIcon ? "icon" : "inline"}
      textToCopy={text}
      copySuccessText={t("copied")}
      copyErrorText={t("copyFailed")}
      copyButtonAriaLabel={label}
    />
  );
}

function useChanged({ project, version }: VersionProps): string {
  const t = useText();
  const words = useChanges();
  const { data } = useCall("vedette", "ListVersionChanges", { ProjectArn: project.arn });
  const change = data?.Versions?.find((candidate) => candidate.ModelArn === version.arn);
  if (change?.SinceVersion === undefined) return "–";
  const parts = words(change);
  return `${change.SinceVersion} → ${version.name}: ${parts.length === 0 ? t("nothing") : parts.join(" · ")}`;
}

/** A version by its ARN: a link where it is in a project of this account, and the ARN where it is elsewhere. */
function Source({ arn, project }: { readonly arn: string; readonly project: ProjectFacts }) {
  const parts = /^arn:aws:rekognition:[^:]+:(\d+):project\/([^/]+)\/version\/([^/]+)/u.exec(arn);
  const [, account, name, version] = parts ?? [];
  if (name === undefined || version === undefined || !project.arn.includes(`:${account ?? ""}:`)) {
    return <bdi>{arn}</bdi>;
  }
  return (
    <RouteLink to={routeOfVersion({ service: "rekognition", name }, version)}>
      <bdi>{`${name}/${version}`}</bdi>
    </RouteLink>
  );
}

/** In the service's own words, which programs get. */
function ServiceStatus({ details }: { readonly details: VersionDetails }) {
  return (
    <>
      {details.status}
      {details.message !== "" && (
        <Box color="text-body-secondary" fontSize="body-s">
          <bdi>{details.message}</bdi>
        </Box>
      )}
    </>
  );
}

function useItems(props: VersionProps, details: VersionDetails) {
  const t = useText();
  const formats = useFormats();
  const duration = useDuration();
  const { project, version } = props;
  const changed = useChanged(props);
  const { leastUnits, mostUnits } = details;
  const units = [leastUnits, mostUnits].filter((count) => count !== undefined).map(formats.number);
  return [
    { label: t("created"), value: formats.date(version.created) },
    ...(details.ended === undefined ? [] : [{ label: t("ended"), value: formats.date(details.ended) }]),
    ...(details.seconds === undefined ? [] : [{ label: t("trainedIn"), value: duration(details.seconds) }]),
    ...(details.source === undefined
      ? [{ label: t("changed"), value: changed }]
      : [{ label: t("copyOf"), value: <Source arn={details.source} project={project} /> }]),
    ...details.figures.map(({ kind, value }) => ({ label: t(kind), value: formats.percent(value) })),
    { label: t("status"), value: <ServiceStatus details={details} /> },
    ...(units.length === 0 ? [] : [{ label: t("units"), value: units.join("–") }]),
    ...(details.baseModel === undefined ? [] : [{ label: t("baseModel"), value: details.baseModel }]),
    ...(details.bucket === ""
      ? []
      : [{ label: t("results"), value: <bdi>{`s3://${details.bucket}/${details.prefix}`}</bdi> }]),
    ...(details.kmsKey === undefined ? [] : [{ label: t("kmsKey"), value: <bdi>{details.kmsKey}</bdi> }]),
    { label: "ARN", value: <Copied text={version.arn} label={t("copyArn")} /> },
  ];
}

function Files({ files }: { readonly files: readonly StoredFile[] }) {
  const t = useText();
  const download = useMutation({ mutationFn: downloadObject });
  if (files.length === 0) return null;
  return (
    <SpaceBetween size="s">
      {download.isError && <FaultAlert error={download.error} />}
      <Table
        items={files}
        variant="embedded"
        wrapLines
        ariaLabels={{ tableLabel: t("files") }}
        columnDefinitions={[
          { id: "kind", header: t("file"), cell: ({ kind }) => t(`file_${kind}`), isRowHeader: true },
          {
            id: "address",
            header: t("address"),
            cell: ({ bucket, key }) => (
              <Copied text={`s3://${bucket}/${key}`} label={t("copyAddress", { name: key })} />
            ),
          },
          {
            id: "do",
            header: t("download"),
            cell: (item) => (
              <Button
                variant="inline-icon"
                iconName="download"
                ariaLabel={t("downloadFile", { name: item.key })}
                loading={download.isPending && download.variables.key === item.key}
                onClick={() => download.mutate(item)}
              />
            ),
          },
        ]}
      />
    </SpaceBetween>
  );
}

function Known({ details, ...props }: VersionProps & { readonly details: VersionDetails }) {
  const t = useText();
  const items = useItems(props, details);
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2">{t("details")}</Header>}>
        <SpaceBetween size="m">
          <Description project={props.project} version={props.version} description={details.description} />
          <KeyValuePairs columns={3} items={items} />
        </SpaceBetween>
      </Container>
      <Container
        header={
          <Header variant="h2" description={t("filesHelp")}>
            {t("files")}
          </Header>
        }
      >
        {details.files.length === 0 ? (
          <Box color="text-body-secondary">{t("noFiles")}</Box>
        ) : (
          <Files files={details.files} />
        )}
      </Container>
    </SpaceBetween>
  );
}

export function Details(props: VersionProps) {
  const details = useVersionDetails(props.project, props.version);
  if (details.isError) return <FaultAlert error={details.error} onRetry={() => void details.refetch()} />;
  if (details.data === undefined || details.data === null) return null;
  return <Known {...props} details={details.data} />;
}
