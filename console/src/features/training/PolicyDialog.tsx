/**
 * One policy of a project, as a form or as JSON, checked while it is written. The text is what counts: the form
 * is there for what it can show whole, and nothing of the text is left out for its sake.
 */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Textarea from "@cloudscape-design/components/textarea";
import { useEffect, useState } from "react";
import {
  asFault,
  useCall,
  useChange,
  type Own,
  type ProjectFacts,
  type Rekognition,
  type VersionFacts,
} from "../../api";
import { FaultAlert } from "../../ui/faults";
import { useUiText } from "../../ui/text";
import type { VersionProps } from "./place";
import { documentOf, isWhole, readable, rulesOf, type PolicyRule } from "./policy";
import { PolicyRules } from "./PolicyRules";
import { useText } from "./text";

type Policy = Rekognition.ProjectPolicy;
type View = "form" | "json";

const NAME = /^[a-zA-Z0-9_.-]{1,128}$/u;
/** Long enough that a word is not checked letter by letter. */
const PAUSE_MS = 400;

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

function useWarning(): (warning: Own.PolicyWarning) => string {
  const t = useText();
  return ({ Kind: kind, Name: name = "" }) => {
    switch (kind) {
      case "everybody":
        return t("warnEverybody");
      case "no-account":
        return t("warnNoAccount", { name });
      case "no-person":
        return t("warnNoPerson", { name });
      default:
        return t("warnOther", { name });
    }
  };
}

function Verdict({ check }: { readonly check: Own.CheckProjectPolicyResponse }) {
  const t = useText();
  const words = useWarning();
  const warnings = check.Warnings ?? [];
  if (!check.IsUsable) {
    return (
      <Alert type="error" header={t("policyWrong")}>
        <bdi>{check.Problem}</bdi>
      </Alert>
    );
  }
  if (warnings.length === 0) return <StatusIndicator type="success">{t("policyRight")}</StatusIndicator>;
  return (
    <Alert type="warning" header={t("policyRightBut")}>
      {warnings.map((warning, place) => (
        <div key={place}>
          <bdi>{words(warning)}</bdi>
        </div>
      ))}
    </Alert>
  );
}

function usePolicyText(policy: Policy | null, version: VersionFacts) {
  const first: PolicyRule = { sid: "", isAllowed: true, who: [], versions: [version.arn] };
  const [text, setText] = useState(policy === null ? "" : readable(policy.PolicyDocument ?? ""));
  const [rules, setRules] = useState<readonly PolicyRule[] | null>(policy === null ? [first] : rulesOf(text));
  const [view, setView] = useState<View>(rules === null ? "json" : "form");
  return {
    text,
    rules,
    view,
    write: (next: string) => setText(next),
    rule: (next: readonly PolicyRule[]) => {
      setRules(next);
      setText(isWhole(next) ? documentOf(next) : "");
    },
    show: (next: View) => {
      // Rules that are not whole yet have no text, and wait.
      if (next === "form" && text !== "") setRules(rulesOf(text));
      setView(next);
    },
  };
}

function useCheck(project: ProjectFacts, text: string) {
  const settled = useSettled(text);
  const check = useCall(
    "vedette",
    "CheckProjectPolicy",
    { ProjectArn: project.arn, PolicyDocument: settled },
    { isEnabled: settled !== "" },
  );
  const isCurrent = settled === text && text !== "";
  return { answer: isCurrent ? check.data : undefined, error: isCurrent ? check.error : null };
}

type PolicyText = ReturnType<typeof usePolicyText>;

/** The policy's name, where it has none yet. */
function NameField({ name, onChange }: { readonly name: string; readonly onChange: (name: string) => void }) {
  const t = useText();
  return (
    <FormField label={t("policyName")} errorText={name === "" || NAME.test(name) ? "" : t("nameWrong")}>
      <Input value={name} autoFocus onChange={({ detail }) => onChange(detail.value)} />
    </FormField>
  );
}

interface EditorProps extends VersionProps {
  readonly form: PolicyText;
  /** Whether the form can show all of the text. */
  readonly hasForm: boolean;
}

function Editor({ project, version, form, hasForm }: EditorProps) {
  const t = useText();
  const isForm = form.view === "form" && form.rules !== null;
  return (
    <SpaceBetween size="m">
      <SegmentedControl
        label={t("policyView")}
        selectedId={form.view}
        options={[
          { id: "form", text: t("policyForm"), disabled: !hasForm },
          { id: "json", text: "JSON" },
        ]}
        onChange={({ detail }) => form.show(detail.selectedId === "form" ? "form" : "json")}
      />
      {!hasForm && !isForm && <Box color="text-body-secondary">{t("policyOnlyJson")}</Box>}
      {isForm ? (
        <PolicyRules project={project} version={version} rules={form.rules ?? []} onChange={form.rule} />
      ) : (
        <FormField label={t("policyDocument")} stretch>
          <Textarea
            value={form.text}
            rows={16}
            spellcheck={false}
            onChange={({ detail }) => form.write(detail.value)}
          />
        </FormField>
      )}
    </SpaceBetween>
  );
}

function Refusal({ error }: { readonly error: unknown }) {
  const t = useText();
  const isStale = asFault(error).code === "InvalidPolicyRevisionIdException";
  return (
    <>
      <FaultAlert error={error} />
      {isStale && <Alert type="info">{t("policyStale")}</Alert>}
    </>
  );
}

interface PolicyDialogProps extends VersionProps {
  readonly policy: Policy | null;
  readonly onClose: () => void;
}

function inputOf(project: ProjectFacts, policy: Policy | null, name: string, text: string) {
  const input = { ProjectArn: project.arn, PolicyName: name, PolicyDocument: text };
  return policy === null ? input : { ...input, PolicyRevisionId: policy.PolicyRevisionId };
}

interface FooterProps {
  readonly isPending: boolean;
  readonly canSave: boolean;
  readonly onSave: () => void;
  readonly onClose: () => void;
}

function Footer({ isPending, canSave, onSave, onClose }: FooterProps) {
  const t = useText();
  const ui = useUiText();
  return (
    <Box float="right">
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="link" onClick={onClose}>
          {ui("cancel")}
        </Button>
        <Button variant="primary" loading={isPending} disabled={!canSave} onClick={onSave}>
          {t("save")}
        </Button>
      </SpaceBetween>
    </Box>
  );
}

export function PolicyDialog({ project, version, policy, onClose }: PolicyDialogProps) {
  const t = useText();
  const [name, setName] = useState(policy?.PolicyName ?? "");
  const form = usePolicyText(policy, version);
  const { text } = form;
  const check = useCheck(project, text);
  const put = useChange("rekognition", "PutProjectPolicy");
  const isRefused = check.answer?.IsUsable === false;
  return (
    <Modal
      visible
      size="large"
      header={policy?.PolicyName ?? t("policyAdd")}
      onDismiss={onClose}
      footer={
        <Footer
          isPending={put.isPending}
          canSave={NAME.test(name) && text !== "" && !isRefused}
          onSave={() => put.mutate(inputOf(project, policy, name, text), { onSuccess: onClose })}
          onClose={onClose}
        />
      }
    >
      <SpaceBetween size="m">
        {put.isError && <Refusal error={put.error} />}
        {policy === null && <NameField name={name} onChange={setName} />}
        <Editor
          project={project}
          version={version}
          form={form}
          hasForm={text === "" ? form.rules !== null : rulesOf(text) !== null && !isRefused}
        />
        {check.answer !== undefined && <Verdict check={check.answer} />}
        {check.error !== null && <Box color="text-body-secondary">{t("policyUnchecked")}</Box>}
      </SpaceBetween>
    </Modal>
  );
}
