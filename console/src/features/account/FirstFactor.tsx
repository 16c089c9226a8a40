/** What stands in the place of every page where a second factor is required and the person has none. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { hasPasskeys, refetchSession, useSignOut, useWays } from "../../api";
import { usePage } from "../../ui/page";
import { Middle } from "../../ui/states";
import { AddPasskey } from "./AddPasskey";
import { AddFactor } from "./AddFactor";
import { useText } from "./text";

export function FirstFactor() {
  const t = useText();
  const signOut = useSignOut();
  const [open, setOpen] = useState<"none" | "app" | "passkey">("none");
  const canAddPasskey = useWays().data?.passkeys === true && hasPasskeys();
  const close = () => {
    setOpen("none");
    void refetchSession();
  };
  usePage({ title: t("factors") });
  return (
    <Middle>
      <Container
        header={
          <Header variant="h1" description={t("factorsHelp")}>
            {t("factorFirst")}
          </Header>
        }
      >
        <SpaceBetween size="m">
          <Box>{t("factorFirstHelp")}</Box>
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="primary" onClick={() => setOpen("app")}>
              {t("factorAdd")}
            </Button>
            {canAddPasskey && <Button onClick={() => setOpen("passkey")}>{t("passkeyAdd")}</Button>}
            <Button onClick={() => signOut.mutate()}>{t("signOut")}</Button>
          </SpaceBetween>
        </SpaceBetween>
        {open === "app" && <AddFactor asksForCode={false} onClose={close} />}
        {open === "passkey" && <AddPasskey asksForCode={false} onClose={close} />}
      </Container>
    </Middle>
  );
}
