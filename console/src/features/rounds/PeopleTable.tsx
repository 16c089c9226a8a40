/** Who labels in a round: how far, how quick, how sure; and what is open for one given to others. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Modal from "@cloudscape-design/components/modal";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useCall, useChange, type Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { csvOf, download } from "./csv";
import type { RoundProps } from "./place";
import { useText } from "./text";

const EVERY_MS = 10_000;

type Person = Own.PersonAgreement;

export function PeopleTable({ arn, round }: RoundProps) {
  const t = useText();
  const formats = useFormats();
  const [giver, setGiver] = useState<Person>();
  const input = { ProjectArn: arn, RoundId: round.RoundId ?? "" };
  const query = useCall("vedette", "DescribeRoundAgreement", input, { everyMs: EVERY_MS });
  const people = query.data?.People ?? [];
  const isUnderWay = round.Status === "open" || round.Status === "review";
  const others = (round.People ?? []).filter(({ UserId }) => UserId !== giver?.UserId);
  const number = (value: number | undefined) => formats.number(value ?? 0);
  const late = { id: "late", header: t("late"), cell: ({ Late }: Person) => number(Late) };
  return (
    <>
      {query.error !== null && <FaultAlert error={query.error} onRetry={() => void query.refetch()} />}
      <Table
        wrapLines
        items={people}
        trackBy="UserId"
        loading={query.isPending}
        loadingText={t("loading")}
        ariaLabels={{ tableLabel: t("pace") }}
        header={
          <Header
            variant="h2"
            description={t("paceHelp")}
            actions={
              <Button
                iconName="download"
                disabled={people.length === 0}
                onClick={() => download(`${round.Name ?? "round"}-people.csv`, csvOf(people))}
              >
                {t("csv")}
              </Button>
            }
          >
            {t("pace")}
          </Header>
        }
        empty={<Box color="text-body-secondary">{t("paceNone")}</Box>}
        columnDefinitions={[
          {
            id: "name",
            header: t("name"),
            isRowHeader: true,
            cell: (person) => (
              <>
                <bdi>{person.UserName}</bdi>
                {isUnderWay && (person.Open ?? 0) + (person.SentBack ?? 0) > 0 && (
                  <div>
                    <Button
                      variant="inline-link"
                      ariaLabel={`${t("reassign")}: ${person.UserName ?? ""}`}
                      onClick={() => setGiver(person)}
                    >
                      {t("reassign")}
                    </Button>
                  </div>
                )}
              </>
            ),
          },
          { id: "open", header: t("open"), cell: ({ Open }) => number(Open) },
          { id: "done", header: t("answered"), cell: ({ Answered }) => number(Answered) },
          { id: "back", header: t("sentBack"), cell: ({ SentBack }) => number(SentBack) },
          ...(people.some(({ Late = 0 }) => Late > 0) ? [late] : []),
          {
            id: "unanswered",
            header: `${t("kind_unsure")} · ${t("kind_skipped")}`,
            cell: ({ Unsure, Skipped }) => `${number(Unsure)} · ${number(Skipped)}`,
          },
          {
            id: "agreed",
            header: t("agreed"),
            cell: ({ Compared = 0, Agreed = 0 }) =>
              Compared === 0 ? "–" : formats.percent(Agreed / Compared),
          },
          {
            id: "pace",
            header: t("minutes"),
            cell: ({ SecondsPerPicture: seconds }) =>
              seconds === undefined ? "–" : formats.number(Math.round(seconds / 6) / 10),
          },
          { id: "last", header: t("lastAnswer"), cell: ({ LastAnswerDate }) => formats.date(LastAnswerDate) },
        ]}
      />
      {giver !== undefined && (
        <Reassign arn={arn} round={round} giver={giver} others={others} onClose={() => setGiver(undefined)} />
      )}
    </>
  );
}

interface ReassignProps extends RoundProps {
  readonly giver: Person;
  readonly others: readonly Own.RoundPerson[];
  readonly onClose: () => void;
}

function Reassign({ arn, round, giver, others, onClose }: ReassignProps) {
  const t = useText();
  const give = useChange("vedette", "ReassignTasks");
  const [chosen, setChosen] = useState<readonly string[]>(others.map(({ UserId = "" }) => UserId));
  const options = others.map(({ UserId = "", UserName = "" }) => ({ value: UserId, label: UserName }));
  const name = giver.UserName ?? "";
  return (
    <Modal
      visible
      header={t("reassignOf", { name })}
      closeAriaLabel={t("cancel")}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button onClick={onClose}>{t("cancel")}</Button>
            <Button
              variant="primary"
              disabled={chosen.length === 0}
              loading={give.isPending}
              onClick={() =>
                give.mutate(
                  {
                    ProjectArn: arn,
                    RoundId: round.RoundId ?? "",
                    UserId: giver.UserId ?? "",
                    ToUserIds: chosen,
                  },
                  { onSuccess: onClose },
                )
              }
            >
              {t("reassign")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {give.error !== null && <FaultAlert error={give.error} />}
        <Box>{others.length === 0 ? t("reassignNobody") : t("reassignHelp", { name })}</Box>
        <Multiselect
          ariaLabel={t("people")}
          selectedOptions={options.filter(({ value }) => chosen.includes(value))}
          options={options}
          placeholder={t("peopleChoose")}
          onChange={({ detail }) => setChosen(detail.selectedOptions.map(({ value }) => value ?? ""))}
        />
      </SpaceBetween>
    </Modal>
  );
}
