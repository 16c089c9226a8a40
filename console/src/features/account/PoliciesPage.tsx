/** The policies of the account: the built-in ones to read, the account's own to write in JSON. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { useCall, useChange, type Own } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { useUiText } from "../../ui/text";
import { DeleteThing } from "./DeleteThing";
import { Layout } from "./Layout";
import { useText } from "./text";

type Policy = Own.PolicySummary;

/** What a first policy may look like: to be changed, and harmless as it stands. */
const BEGINNING = JSON.stringify(
  {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: ["rekognition:DescribeProjects"], Resource: "*" }],
  },
  null,
  2,
);

/** A document as people read it; what is no JSON stays as it is. */
function readable(document: string): string {
  try {
    return JSON.stringify(JSON.parse(document), null, 2);
  } catch {
    return document;
  }
}

function PolicyDialog({ policy, onClose }: { readonly policy: Policy | null; readonly onClose: () => void }) {
  const t = useText();
  const ui = useUiText();
  const put = useChange("vedette", "PutPolicy");
  const [name, setName] = useState(policy?.PolicyName ?? "");
  const [document, setDocument] = useState(
    policy === null ? BEGINNING : readable(policy.PolicyDocument ?? ""),
  );
  const isFixed = policy?.IsBuiltIn === true;
  return (
    <Modal
      visible
      size="large"
      onDismiss={onClose}
      header={policy?.PolicyName ?? t("policyCreate")}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={onClose}>{ui("close")}</Button>
            {!isFixed && (
              <Button
                variant="primary"
                disabled={name.trim() === ""}
                loading={put.isPending}
                onClick={() =>
                  put.mutate({ PolicyName: name.trim(), PolicyDocument: document }, { onSuccess: onClose })
                }
              >
                {t("save")}
              </Button>
            )}
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {put.isError && <FaultAlert error={put.error} />}
        {policy === null && (
          <FormField label={t("name")}>
            <Input
              value={name}
              onChange={({ detail }) => setName(detail.value)}
              autoFocus
              spellcheck={false}
            />
          </FormField>
        )}
        <FormField label={t("policyDocument")} stretch>
          <Textarea
            value={document}
            rows={18}
            readOnly={isFixed}
            spellcheck={false}
            onChange={({ detail }) => setDocument(detail.value)}
          />
        </FormField>
      </SpaceBetween>
    </Modal>
  );
}

export function PoliciesPage() {
  const t = useText();
  const policies = useCall("vedette", "ListPolicies", {});
  const remove = useChange("vedette", "DeletePolicy");
  const [open, setOpen] = useState<Policy | null | undefined>(undefined);
  const [toDelete, setToDelete] = useState<string | null>(null);
  const items = policies.data?.Policies ?? [];
  return (
    <Layout page="policies">
      <SpaceBetween size="s">
        {policies.isError && <FaultAlert error={policies.error} onRetry={() => void policies.refetch()} />}
        <Table
          items={items}
          loading={policies.isPending}
          trackBy="PolicyName"
          ariaLabels={{ tableLabel: t("policies") }}
          header={
            <Header
              variant="h2"
              counter={policies.data && `(${String(items.length)})`}
              description={t("policiesHelp")}
              actions={
                <Button variant="primary" onClick={() => setOpen(null)}>
                  {t("policyCreate")}
                </Button>
              }
            >
              {t("policies")}
            </Header>
          }
          columnDefinitions={[
            {
              id: "name",
              header: t("name"),
              isRowHeader: true,
              cell: (policy) => <bdi>{policy.PolicyName}</bdi>,
            },
            {
              id: "kind",
              header: t("policyKind"),
              cell: (policy) => (policy.IsBuiltIn === true ? t("policyBuiltIn") : t("policyOwn")),
            },
            {
              id: "do",
              header: "",
              cell: (policy) => (
                <SpaceBetween direction="horizontal" size="s">
                  <Button variant="inline-link" onClick={() => setOpen(policy)}>
                    {t("policyShow")}
                  </Button>
                  {policy.IsBuiltIn !== true && (
                    <Button variant="inline-link" onClick={() => setToDelete(policy.PolicyName ?? null)}>
                      {t("delete")}
                    </Button>
                  )}
                </SpaceBetween>
              ),
            },
          ]}
        />
        {open !== undefined && <PolicyDialog policy={open} onClose={() => setOpen(undefined)} />}
        {toDelete !== null && (
          <DeleteThing
            name={toDelete}
            error={remove.error}
            isPending={remove.isPending}
            onClose={() => setToDelete(null)}
            onDelete={() => remove.mutate({ PolicyName: toDelete }, { onSuccess: () => setToDelete(null) })}
          />
        )}
      </SpaceBetween>
    </Layout>
  );
}
