/** The policies of a project: who may copy which of its versions, and how each is changed or taken away. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { asFault, useCall, useChange, type ProjectFacts, type Rekognition } from "../../api";
import { useFormats } from "../../i18n/context";
import { Confirm } from "../../ui/confirm";
import { FaultAlert } from "../../ui/faults";
import { Copied } from "./Details";
import type { VersionProps } from "./place";
import { everyVersion, rulesOf, type PolicyRule } from "./policy";
import { PolicyDialog } from "./PolicyDialog";
import { useText } from "./text";

type Policy = Rekognition.ProjectPolicy;

/** What the service allows a project. */
const MOST = 5;
/** So much of a revision tells two apart. */
const SHOWN = 8;
const NAMED = 3;

function useRuleWords(project: ProjectFacts): (rule: PolicyRule) => string {
  const t = useText();
  const every = everyVersion(project.arn);
  return ({ isAllowed, who, versions }) => {
    const isAll = versions.some((version) => version === every || version === "*");
    const named = who.includes("*") ? t("policyEverybody") : who.slice(0, NAMED).join(", ");
    const rest = who.includes("*") ? 0 : Math.max(0, who.length - NAMED);
    const people = rest === 0 ? named : t("andMore", { labels: named, count: rest });
    const names = versions.map((arn) => /\/version\/([^/]+)/u.exec(arn)?.[1] ?? arn).join(", ");
    const text = isAll
      ? isAllowed
        ? "policyAllowsAll"
        : "policyDeniesAll"
      : isAllowed
        ? "policyAllows"
        : "policyDenies";
    return text === "policyAllowsAll" || text === "policyDeniesAll"
      ? t(text, { who: people })
      : t(text, { who: people, versions: names });
  };
}

function Meaning({ policy, project }: { readonly policy: Policy; readonly project: ProjectFacts }) {
  const t = useText();
  const words = useRuleWords(project);
  const rules = rulesOf(policy.PolicyDocument ?? "");
  if (rules === null) return <Box color="text-body-secondary">{t("policyOnlyJson")}</Box>;
  return (
    <>
      {rules.map((rule, place) => (
        <div key={place}>
          <bdi>{words(rule)}</bdi>
        </div>
      ))}
    </>
  );
}

function DeleteDialog({ policy, onClose }: { readonly policy: Policy; readonly onClose: () => void }) {
  const t = useText();
  const remove = useChange("rekognition", "DeleteProjectPolicy");
  const input = {
    ProjectArn: policy.ProjectArn ?? "",
    PolicyName: policy.PolicyName ?? "",
    PolicyRevisionId: policy.PolicyRevisionId,
  };
  return (
    <Confirm
      title={t("policyDeleteTitle", { name: policy.PolicyName ?? "" })}
      action={t("delete")}
      isBusy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate(input, { onSuccess: onClose })}
    >
      {t("policyDeleteHelp")}
    </Confirm>
  );
}

type Open = { readonly kind: "new" } | { readonly kind: "change" | "delete"; readonly policy: Policy };

function PolicyTable(props: {
  readonly project: ProjectFacts;
  readonly policies: readonly Policy[];
  readonly onOpen: (open: Open) => void;
}) {
  const t = useText();
  const formats = useFormats();
  const { project, policies, onOpen } = props;
  const isFull = policies.length >= MOST;
  return (
    <Table
      items={policies}
      trackBy="PolicyName"
      wrapLines
      ariaLabels={{ tableLabel: t("policies") }}
      header={
        <Header
          variant="h2"
          counter={`(${String(policies.length)})`}
          description={t("policiesHelp")}
          actions={
            <Button
              disabled={isFull}
              disabledReason={t("policiesMost", { count: MOST })}
              onClick={() => onOpen({ kind: "new" })}
            >
              {t("policyAdd")}
            </Button>
          }
        >
          {t("policies")}
        </Header>
      }
      empty={<Box color="text-body-secondary">{t("policiesNone")}</Box>}
      columnDefinitions={[
        {
          id: "name",
          header: t("policyName"),
          cell: (policy) => <bdi>{policy.PolicyName}</bdi>,
          isRowHeader: true,
        },
        {
          id: "who",
          header: t("policyWho"),
          cell: (policy) => <Meaning policy={policy} project={project} />,
        },
        {
          id: "revision",
          header: t("policyRevision"),
          cell: ({ PolicyRevisionId: revision = "" }) => (
            <SpaceBetween direction="horizontal" size="xxs">
              <span>{revision.slice(0, SHOWN)}…</span>
              <Copied isIcon text={revision} label={t("copyRevision")} />
            </SpaceBetween>
          ),
        },
        {
          id: "when",
          header: t("policyChanged"),
          cell: (policy) => formats.date(policy.LastUpdatedTimestamp),
        },
        {
          id: "do",
          header: t("policyDo"),
          cell: (policy) => (
            <SpaceBetween direction="horizontal" size="s">
              <Button
                variant="inline-link"
                ariaLabel={t("policyChangeNamed", { name: policy.PolicyName ?? "" })}
                onClick={() => onOpen({ kind: "change", policy })}
              >
                {t("policyChange")}
              </Button>
              <Button
                variant="inline-link"
                ariaLabel={t("policyDeleteNamed", { name: policy.PolicyName ?? "" })}
                onClick={() => onOpen({ kind: "delete", policy })}
              >
                {t("delete")}
              </Button>
            </SpaceBetween>
          ),
        },
      ]}
    />
  );
}

export function Policies({ project, version }: VersionProps) {
  const t = useText();
  const policies = useCall("rekognition", "ListProjectPolicies", { ProjectArn: project.arn });
  const [open, setOpen] = useState<Open | null>(null);
  if (policies.isError && asFault(policies.error).status === 403) {
    return <Alert type="info">{t("policiesDenied")}</Alert>;
  }
  if (policies.isError) return <FaultAlert error={policies.error} onRetry={() => void policies.refetch()} />;
  if (policies.isPending) return null;
  const close = () => setOpen(null);
  return (
    <>
      <PolicyTable project={project} policies={policies.data.ProjectPolicies ?? []} onOpen={setOpen} />
      {open?.kind === "delete" && <DeleteDialog policy={open.policy} onClose={close} />}
      {open !== null && open.kind !== "delete" && (
        <PolicyDialog
          project={project}
          version={version}
          policy={open.kind === "change" ? open.policy : null}
          onClose={close}
        />
      )}
    </>
  );
}
