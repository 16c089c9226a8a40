/** What is wrong with an import's lines: by code with a mend for all, and line by line beside the pictures. */
import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { call, currentRegion, currentSession, send, usePages, type Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { LineRow } from "./LineRow";
import { refreshImport, type Import, type MendKind } from "./place";
import { adviceText } from "./advice";
import { useText } from "./text";

const GUESS_PX = 130;
const AHEAD = 10;

interface ProblemsProps {
  readonly arn: string;
  readonly facts: Import;
}

async function download(arn: string, importId: string): Promise<void> {
  const answer = await send("vedette/GetImportManifest", {
    method: "POST",
    json: { ProjectArn: arn, ImportId: importId },
    csrf: currentSession()?.csrf,
    region: currentRegion(),
  });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = "mended.manifest";
  link.click();
  URL.revokeObjectURL(link.href);
}

export function Problems({ arn, facts }: ProblemsProps) {
  const t = useText();
  const formats = useFormats();
  const [code, setCode] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const importId = facts.ImportId ?? "";
  const codes = facts.Summary?.Codes ?? [];
  const perform = async (work: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
      await refreshImport();
    } catch (fault) {
      setError(fault);
    } finally {
      setBusy(false);
    }
  };
  const mendAll = (Kind: MendKind, Code: string) =>
    perform(() => call("vedette", "MendImportLines", { ProjectArn: arn, ImportId: importId, Kind, Code }));
  const isShown = codes.some(({ Code }) => Code === code);
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={t("problemsHelp")}
          actions={
            <Button onClick={() => void perform(() => download(arn, importId))}>{t("download")}</Button>
          }
        >
          {t("problems")}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {error !== null && <FaultAlert error={error} />}
        <Table
          variant="embedded"
          wrapLines
          trackBy="Code"
          loading={isBusy}
          loadingText={t("mending")}
          items={codes}
          empty={t("noProblems")}
          columnDefinitions={[
            {
              id: "what",
              header: t("what"),
              isRowHeader: true,
              cell: ({ Code = "", Severity = "error", Advice = "", AdviceName }) => (
                <SpaceBetween size="xxs">
                  <span>
                    <Badge
                      color={
                        Severity === "refused" ? "red" : Severity === "error" ? "severity-medium" : "blue"
                      }
                    >
                      {t(`severity_${Severity}`)}
                    </Badge>{" "}
                    {adviceText(t, AdviceName, Advice)}
                  </span>
                  <Box color="text-body-secondary" fontSize="body-s">
                    {Code}
                  </Box>
                </SpaceBetween>
              ),
            },
            { id: "count", header: t("lines"), cell: ({ Count = 0 }) => formats.number(Count), width: 90 },
            {
              id: "mend",
              header: t("mendAll"),
              cell: ({ Code = "", Mends = [] }) => (
                <SpaceBetween direction="horizontal" size="xs">
                  {Mends.map((kind) => (
                    <Button key={kind} disabled={isBusy} onClick={() => void mendAll(kind, Code)}>
                      {t(`mend_${kind}`)}
                    </Button>
                  ))}
                  <Button variant="link" onClick={() => setCode(Code === code ? "" : Code)}>
                    {t(Code === code ? "allLines" : "showLines")}
                  </Button>
                </SpaceBetween>
              ),
            },
          ]}
        />
        <LineList arn={arn} importId={importId} code={isShown ? code : ""} />
      </SpaceBetween>
    </Container>
  );
}

interface LineListProps {
  readonly arn: string;
  readonly importId: string;
  readonly code: string;
}

/** Lines, drawn where they are looked at, and asked for a hundred at a time. */
function LineList({ arn, importId, code }: LineListProps) {
  const t = useText();
  const frame = useRef<HTMLDivElement>(null);
  const filter = code === "" ? { HasProblems: true } : { Codes: [code] };
  const pages = usePages("vedette", "ListImportLines", {
    ProjectArn: arn,
    ImportId: importId,
    MaxResults: 100,
    ...filter,
  });
  const lines: readonly Own.ImportLine[] = (pages.data?.pages ?? []).flatMap((page) => page.Lines ?? []);
  // eslint-disable-next-line react-hooks/incompatible-library -- drawn anew at every scroll, which is its purpose
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => frame.current,
    estimateSize: () => GUESS_PX,
    getItemKey: (place) => lines[place]?.Number ?? place,
    overscan: 4,
  });
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= lines.length - AHEAD) void fetchNextPage();
  }, [last, lines.length, hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (lines.length === 0) return null;
  return (
    <div ref={frame} className="wizard-lines" role="list" aria-label={t("lines")} tabIndex={0}>
      <div style={{ blockSize: rows.getTotalSize(), position: "relative" }}>
        {items.map((item) => {
          const line = lines[item.index];
          return (
            line !== undefined && (
              <div
                key={item.key}
                ref={rows.measureElement}
                data-index={item.index}
                role="listitem"
                style={{
                  position: "absolute",
                  insetInline: 0,
                  transform: `translateY(${String(item.start)}px)`,
                }}
              >
                <LineRow arn={arn} importId={importId} line={line} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}
