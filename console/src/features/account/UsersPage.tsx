/** The users of the account. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useCall, useChange } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { RouteLink } from "../../ui/links";
import { CreateNamed } from "./CreateNamed";
import { Layout } from "./Layout";
import { useText } from "./text";
import { segmentOf } from "../../ui/address";

function routeOfUser(name: string): string {
  return `/account/users/${segmentOf(name)}`;
}

function Create({ onClose }: { readonly onClose: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  const create = useChange("vedette", "CreateUser");
  return (
    <CreateNamed
      title={t("userCreate")}
      policies={["labeller"]}
      error={create.error}
      isPending={create.isPending}
      onClose={onClose}
      onCreate={(UserName, Policies) =>
        create.mutate({ UserName, Policies }, { onSuccess: () => void navigate(routeOfUser(UserName)) })
      }
    />
  );
}

function None() {
  const t = useText();
  return (
    <Box textAlign="center" padding="l">
      <Box variant="strong">{t("userNone")}</Box>
      <Box variant="p" color="text-body-secondary">
        {t("userNoneHelp")}
      </Box>
    </Box>
  );
}

export function UsersPage() {
  const t = useText();
  const formats = useFormats();
  const users = useCall("vedette", "ListUsers", {});
  const [isCreating, setIsCreating] = useState(false);
  const items = users.data?.Users ?? [];
  return (
    <Layout page="users">
      <SpaceBetween size="s">
        {users.isError && <FaultAlert error={users.error} onRetry={() => void users.refetch()} />}
        <Table
          items={items}
          loading={users.isPending}
          trackBy="UserId"
          wrapLines
          empty={users.isError ? null : <None />}
          ariaLabels={{ tableLabel: t("users") }}
          header={
            <Header
              variant="h2"
              counter={users.data && `(${String(items.length)})`}
              description={t("usersHelp")}
              actions={
                <Button variant="primary" onClick={() => setIsCreating(true)}>
                  {t("userCreate")}
                </Button>
              }
            >
              {t("users")}
            </Header>
          }
          columnDefinitions={[
            {
              id: "name",
              header: t("name"),
              isRowHeader: true,
              cell: (user) => (
                <RouteLink to={routeOfUser(user.UserName ?? "")}>
                  <bdi>{user.UserName}</bdi>
                </RouteLink>
              ),
            },
            { id: "arn", header: t("arn"), cell: (user) => <bdi>{user.Arn}</bdi> },
            { id: "created", header: t("created"), cell: (user) => formats.date(user.CreateDate) },
          ]}
        />
        {isCreating && <Create onClose={() => setIsCreating(false)} />}
      </SpaceBetween>
    </Layout>
  );
}
