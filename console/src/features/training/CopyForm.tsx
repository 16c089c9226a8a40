/** Copies a version into another project of the account: which one, under which name, where its results go. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useProject, useProjects, type ProjectRow } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { routeOfVersion } from "../../ui/version";
import { copyVersion } from "./copying";
import type { VersionProps } from "./place";
import { useVersionDetails } from "./details";
import { isVersionName, nextName } from "../../ui/versionNames";
import { useText } from "./text";

interface IntoProps extends VersionProps {
  readonly destination: ProjectRow;
}

function useCopyForm({ project, version, destination }: IntoProps) {
  const t = useText();
  const details = useVersionDetails(project, version);
  const target = useProject("rekognition", destination.name);
  const names = target.data?.versions.map((candidate) => candidate.name) ?? [];
  const [typed, setTyped] = useState<string | null>(null);
  const [place, setPlace] = useState<{ readonly bucket: string; readonly prefix: string } | null>(null);
  const name = typed ?? (names.includes(version.name) ? nextName(names) : version.name);
  return {
    name,
    setTyped,
    place: place ?? { bucket: details.data?.bucket ?? "", prefix: details.data?.prefix ?? "" },
    setPlace,
    isPending: target.isPending || details.isPending,
    problem: names.includes(name) ? t("nameTaken") : isVersionName(name) ? "" : t("nameWrong"),
  };
}

function Into(props: IntoProps) {
  const t = useText();
  const navigate = useNavigate();
  const form = useCopyForm(props);
  const { project, version, destination } = props;
  const { place, setPlace, name, problem } = form;
  const order = { source: version.arn, destination: destination.arn, name, ...place, isNewBucket: false };
  const copy = useMutation({
    mutationFn: (what: typeof order) => copyVersion(what, project.arn),
    // The name that was sent: the form offers the next free one as soon as the copy is listed.
    onSuccess: (_, what) => void navigate(routeOfVersion(destination, what.name)),
  });
  return (
    <SpaceBetween size="m">
      <ColumnLayout columns={3}>
        <FormField label={t("name")} errorText={form.isPending ? "" : problem}>
          <Input value={name} onChange={({ detail }) => form.setTyped(detail.value)} />
        </FormField>
        <FormField label={t("bucket")}>
          <Input
            value={place.bucket}
            onChange={({ detail }) => setPlace({ ...place, bucket: detail.value })}
          />
        </FormField>
        <FormField label={t("prefix")}>
          <Input
            value={place.prefix}
            onChange={({ detail }) => setPlace({ ...place, prefix: detail.value })}
          />
        </FormField>
      </ColumnLayout>
      {copy.isError && <FaultAlert error={copy.error} />}
      <Button
        loading={copy.isPending}
        disabled={form.isPending || problem !== "" || place.bucket === ""}
        onClick={() => copy.mutate(order)}
      >
        {t("copy")}
      </Button>
    </SpaceBetween>
  );
}

export function CopyForm({ project, version }: VersionProps) {
  const t = useText();
  const projects = useProjects();
  const [arn, setArn] = useState<string | null>(null);
  const rows = (projects.data ?? []).filter(
    (row) => row.service === "rekognition" && row.arn !== project.arn,
  );
  const destination = rows.find((row) => row.arn === arn);
  if (projects.isSuccess && rows.length === 0) {
    return <Box color="text-body-secondary">{t("copyNowhere")}</Box>;
  }
  return (
    <SpaceBetween size="m">
      <FormField label={t("copyInto")}>
        <Select
          selectedOption={destination ? { value: destination.arn, label: destination.name } : null}
          options={rows.map((row) => ({ value: row.arn, label: row.name }))}
          placeholder={t("copyChoose")}
          filteringType="auto"
          statusType={projects.isPending ? "loading" : projects.isError ? "error" : "finished"}
          onChange={({ detail }) => setArn(detail.selectedOption.value ?? null)}
        />
      </FormField>
      {destination && (
        <Into key={destination.arn} project={project} version={version} destination={destination} />
      )}
    </SpaceBetween>
  );
}
