/** Brings a version of another account into a project of this one, where a policy over there lets it. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useCall, type ProjectFacts } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { useUiText } from "../../ui/text";
import { routeOfVersion } from "../../ui/version";
import { copyVersion, isOf, isProjectArn, isVersionArn } from "./copying";
import { isVersionName, nextName } from "../../ui/versionNames";
import { useText } from "./text";

interface CopyHereProps {
  readonly project: ProjectFacts;
}

function useProblems(project: ProjectFacts, fields: { source: string; version: string; name: string }) {
  const t = useText();
  const { source, version, name } = fields;
  const isTaken = project.versions.some((candidate) => candidate.name === name);
  const versionProblem = isVersionArn(version)
    ? isOf(version, source)
      ? ""
      : t("arnOfOther")
    : t("arnWrong");
  return {
    source: source === "" || isProjectArn(source) ? "" : t("arnWrong"),
    version: version === "" ? "" : versionProblem,
    name: isTaken ? t("nameTaken") : isVersionName(name) ? "" : t("nameWrong"),
  };
}

function CopyHereDialog({ project, onClose }: CopyHereProps & { readonly onClose: () => void }) {
  const t = useText();
  const ui = useUiText();
  const navigate = useNavigate();
  const [source, setSource] = useState("");
  const [version, setVersion] = useState("");
  const [name, setName] = useState(nextName(project.versions.map((candidate) => candidate.name)));
  const problems = useProblems(project, { source, version, name });
  const preview = useCall("vedette", "PreviewTraining", { ProjectArn: project.arn });
  const place = { bucket: preview.data?.OutputBucket ?? "", prefix: preview.data?.OutputPrefix ?? "" };
  const isNewBucket = preview.data?.HasOutputBucket !== true;
  const copy = useMutation({
    mutationFn: (what: string) =>
      copyVersion({ source: version, destination: project.arn, name: what, ...place, isNewBucket }, source),
    onSuccess: (_, what) => void navigate(routeOfVersion(project, what)),
  });
  const isReady =
    isProjectArn(source) && isVersionArn(version) && Object.values(problems).every((text) => text === "");
  return (
    <Modal
      visible
      size="large"
      header={t("copyHere")}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              {ui("cancel")}
            </Button>
            <Button
              variant="primary"
              loading={copy.isPending}
              disabled={!isReady || place.bucket === ""}
              onClick={() => copy.mutate(name)}
            >
              {t("copy")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {t("copyHereHelp")}
        <FormField label={t("copyProjectArn")} errorText={problems.source} stretch>
          <Input value={source} autoFocus onChange={({ detail }) => setSource(detail.value.trim())} />
        </FormField>
        <FormField label={t("copyVersionArn")} errorText={problems.version} stretch>
          <Input value={version} onChange={({ detail }) => setVersion(detail.value.trim())} />
        </FormField>
        <FormField label={t("name")} errorText={problems.name}>
          <Input value={name} onChange={({ detail }) => setName(detail.value)} />
        </FormField>
        {preview.isError && <FaultAlert error={preview.error} />}
        {copy.isError && <FaultAlert error={copy.error} />}
      </SpaceBetween>
    </Modal>
  );
}

export function CopyHere({ project }: CopyHereProps) {
  const t = useText();
  const [isOpen, setIsOpen] = useState(false);
  if (project.service !== "rekognition") return null;
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>{t("copyHere")}</Button>
      {isOpen && <CopyHereDialog project={project} onClose={() => setIsOpen(false)} />}
    </>
  );
}
