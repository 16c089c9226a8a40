/** The name of a loop led back: the version before is started first, so that no detection is refused. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Spinner from "@cloudscape-design/components/spinner";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { refreshProjects, useCall, useChange, useVersion, type Own, type ProjectFacts } from "../../api";
import { FormModal } from "../../ui/formModal";
import { VersionSign } from "../../ui/projects";
import { needsStart, startVersion } from "./rollingBack";
import { useText } from "./text";

interface RollBackProps {
  readonly project: ProjectFacts;
  readonly loop: Own.LoopDescription;
  readonly onClose: () => void;
}

export function RollBack({ project, loop, onClose }: RollBackProps) {
  const t = useText();
  const which = { ProjectArn: project.arn, AliasName: loop.AliasName ?? "" };
  const query = useCall("vedette", "DescribeAlias", which, { isAskedAnew: true });
  const { RollbackVersion: before, Alias: alias } = query.data ?? {};
  if (before !== undefined && alias !== undefined) {
    return <Leading project={project} alias={alias} before={before} onClose={onClose} />;
  }
  return (
    <FormModal title={t("rollBack")} error={query.error} isWhole={false} onSubmit={onClose} onClose={onClose}>
      {query.isPending ? <Spinner /> : <Alert type="info">{t("noBefore")}</Alert>}
    </FormModal>
  );
}

interface LeadingProps extends Omit<RollBackProps, "loop"> {
  readonly alias: Own.VersionAlias;
  /** The version that it leads to. */
  readonly before: string;
}

function Leading({ project, alias, before, onClose }: LeadingProps) {
  const t = useText();
  const [reason, setReason] = useState("");
  const back = useChange("vedette", "RollBackAlias");
  const { version } = useVersion(project, before);
  const start = useMutation({
    mutationFn: () => startVersion(project, before, version?.arn ?? ""),
    onSuccess: () => refreshProjects(),
  });
  const isNeeded = needsStart(alias.State, version?.state);
  const isStarting = version?.state === "starting";
  const submit = () => {
    if (isNeeded) start.mutate();
    else {
      // Not by a callback of `mutate`: the alias is read anew before that, and may have no version before then,
      // so that this form is gone and nobody would hear of it. What was refused is in `back.error`.
      back
        .mutateAsync({
          ProjectArn: project.arn,
          AliasName: alias.AliasName,
          ExpectedVersion: alias.VersionName,
          Reason: reason,
        })
        .then(onClose, () => undefined);
    }
  };
  return (
    <FormModal
      title={t("rollBack")}
      action={isNeeded || isStarting ? t("startFirst", { version: before }) : t("rollBack")}
      error={start.error ?? back.error}
      isPending={start.isPending || isStarting || back.isPending}
      isWhole={version !== undefined}
      onSubmit={submit}
      onClose={onClose}
    >
      <Box>
        {t("backTo", { name: alias.AliasName, now: alias.VersionName, before })}{" "}
        {version && <VersionSign state={version.state} />}
      </Box>
      {(isNeeded || isStarting) && <Alert type="info">{t("startFirstHelp", { version: before })}</Alert>}
      <FormField label={t("reason")}>
        <Input value={reason} onChange={({ detail }) => setReason(detail.value)} />
      </FormField>
    </FormModal>
  );
}
