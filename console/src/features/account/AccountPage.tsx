/** Who is signed in, and until when. */
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useSignedIn } from "../../api";
import { useFormats } from "../../i18n/context";
import { usePage } from "../../ui/page";
import { useText } from "./text";

export function AccountPage() {
  const t = useText();
  const formats = useFormats();
  const session = useSignedIn();
  usePage({ title: t("title"), crumbs: [{ text: "Vedette", to: "/" }] });
  return (
    <ContentLayout header={<Header variant="h1">{t("title")}</Header>}>
      <Container>
        <KeyValuePairs
          columns={2}
          items={[
            { label: t("account"), value: session.account },
            { label: t("person"), value: <bdi>{session.name}</bdi> },
            { label: t("arn"), value: <bdi>{session.arn}</bdi> },
            { label: t("expires"), value: formats.date(session.expires) },
          ]}
        />
      </Container>
    </ContentLayout>
  );
}
