/** What a key encrypts in this account: models, objects by their buckets, and what devices fetch. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Table from "@cloudscape-design/components/table";
import { useCall } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { RouteLink } from "../../ui/links";
import { deviceOf, modelOf, nameOfPackage } from "./keys";
import { useText } from "./text";

/** As many as a page shows at once; their number is told beside them. */
const FIRST = 50;

export function useUses(id: string) {
  return useCall("vedette", "ListKeyUses", { KeyId: id }, { isAskedAnew: true });
}

function Models({ arns, isCut }: { readonly arns: readonly string[]; readonly isCut: boolean }) {
  const t = useText();
  const formats = useFormats();
  if (arns.length === 0) return <Box color="text-body-secondary">{t("modelsNone")}</Box>;
  const hidden = arns.length - FIRST;
  return (
    <SpaceBetween size="xxs">
      {arns.slice(0, FIRST).map((arn) => {
        const { name, route } = modelOf(arn);
        return route === null ? (
          <bdi key={arn}>{name}</bdi>
        ) : (
          <RouteLink key={arn} to={route}>
            <bdi>{name}</bdi>
          </RouteLink>
        );
      })}
      {hidden > 0 && <span>{t("modelsMore", { count: hidden })}</span>}
      {isCut && <span>{t("modelsCut", { count: formats.number(arns.length) })}</span>}
    </SpaceBetween>
  );
}

function Devices({ arns }: { readonly arns: readonly string[] }) {
  const t = useText();
  const hidden = arns.length - FIRST;
  return (
    <>
      <bdi>{arns.slice(0, FIRST).map(deviceOf).join(", ")}</bdi>
      {hidden > 0 && <span> {t("modelsMore", { count: hidden })}</span>}
    </>
  );
}

export function Uses({ id }: { readonly id: string }) {
  const t = useText();
  const formats = useFormats();
  const uses = useUses(id);
  return (
    <Container
      header={
        <Header variant="h2" description={t("usesHelp")}>
          {t("uses")}
        </Header>
      }
    >
      {uses.isError && <FaultAlert error={uses.error} onRetry={() => void uses.refetch()} />}
      {uses.isPending && <Spinner />}
      {uses.data !== undefined && (
        <SpaceBetween size="m">
          <Box variant="h3">{t("models")}</Box>
          <Models arns={uses.data.ModelArns ?? []} isCut={uses.data.MoreModels === true} />
          <Table
            items={uses.data.Buckets ?? []}
            trackBy="BucketName"
            variant="embedded"
            wrapLines
            ariaLabels={{ tableLabel: t("buckets") }}
            empty={<Box color="text-body-secondary">{t("bucketsNone")}</Box>}
            columnDefinitions={[
              {
                id: "bucket",
                header: t("bucket"),
                isRowHeader: true,
                cell: ({ BucketName }) => <bdi>{BucketName}</bdi>,
              },
              {
                id: "objects",
                header: t("objects"),
                cell: ({ Objects = 0 }) => formats.number(Objects),
              },
              {
                id: "default",
                header: t("newObjects"),
                cell: ({ IsDefault = false }) => t(IsDefault ? "newByKey" : "newOtherwise"),
              },
            ]}
          />
          <Table
            items={uses.data.DevicePackages ?? []}
            trackBy={nameOfPackage}
            variant="embedded"
            wrapLines
            ariaLabels={{ tableLabel: t("packages") }}
            empty={<Box color="text-body-secondary">{t("packagesNone")}</Box>}
            columnDefinitions={[
              {
                id: "package",
                header: t("packages"),
                isRowHeader: true,
                cell: (row) => <bdi>{nameOfPackage(row)}</bdi>,
              },
              {
                id: "devices",
                header: t("devices"),
                cell: ({ DeviceArns = [] }) => <Devices arns={DeviceArns} />,
              },
            ]}
          />
        </SpaceBetween>
      )}
    </Container>
  );
}
