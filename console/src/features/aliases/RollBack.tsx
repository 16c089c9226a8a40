/** A name led back to the version that it pointed to before. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Checkbox from "@cloudscape-design/components/checkbox";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { useCall, useChange, useVersion, type Own, type ProjectFacts } from "../../api";
import { FormModal } from "../../ui/formModal";
import { VersionSign } from "../../ui/projects";
import { ReasonField } from "./ReasonField";
import { useText } from "./text";

export interface OfAliasProps {
  readonly project: ProjectFacts;
  readonly alias: Own.VersionAlias;
  readonly onClose: () => void;
}

export function RollBack({ project, alias, onClose }: OfAliasProps) {
  const t = useText();
  const which = { ProjectArn: project.arn, AliasName: alias.AliasName };
  const query = useCall("vedette", "DescribeAlias", which, { isAskedAnew: true });
  const { RollbackVersion: before, Alias: now } = query.data ?? {};
  if (before !== undefined && now !== undefined) {
    return <Leading project={project} alias={now} before={before} onClose={onClose} />;
  }
  return (
    <FormModal
      title={t("backName", { name: alias.AliasName })}
      action={t("do_back")}
      error={query.error}
      isWhole={false}
      onSubmit={onClose}
      onClose={onClose}
    >
      {query.isPending ? <Spinner /> : <Alert type="info">{t("noBefore")}</Alert>}
    </FormModal>
  );
}

/** With the version that it leads to. */
function Leading({ project, alias, before, onClose }: OfAliasProps & { readonly before: string }) {
  const t = useText();
  const [reason, setReason] = useState("");
  const [allowsIdle, setAllowsIdle] = useState(false);
  const back = useChange("vedette", "RollBackAlias");
  const { version } = useVersion(project, before);
  const leavesRunning = alias.State === "running" && version?.state !== "running";
  const submit = () => {
    // Not by a callback of `mutate`: the name is read anew before that, and may have no version before then,
    // so that this form is gone and nobody would hear of it. What was refused is in `back.error`.
    back
      .mutateAsync({
        ProjectArn: project.arn,
        AliasName: alias.AliasName,
        Reason: reason,
        ExpectedVersion: alias.VersionName,
        AllowIdle: leavesRunning && allowsIdle,
      })
      .then(onClose, () => undefined);
  };
  return (
    <FormModal
      title={t("backName", { name: alias.AliasName })}
      action={t("do_back")}
      error={back.error}
      isPending={back.isPending}
      isWhole={!leavesRunning || allowsIdle}
      onSubmit={submit}
      onClose={onClose}
    >
      <Box>
        {t("backTo", { now: alias.VersionName, before })} {version && <VersionSign state={version.state} />}
      </Box>
      {leavesRunning && (
        <Checkbox checked={allowsIdle} onChange={({ detail }) => setAllowsIdle(detail.checked)}>
          {t("allowIdle", { version: before })}
        </Checkbox>
      )}
      <ReasonField reason={reason} onChange={setReason} />
    </FormModal>
  );
}
