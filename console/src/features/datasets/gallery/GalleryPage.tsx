/** One dataset's pictures: found, selected, labelled, moved and removed. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Spinner from "@cloudscape-design/components/spinner";
import { useMemo, useState, type KeyboardEvent } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { asFault, call, queryClient } from "../../../api";
import { Sentence } from "../../../sentences";
import { useCrumbs } from "../../../ui/crumbs";
import { FaultAlert } from "../../../ui/faults";
import { notify } from "../../../ui/notices";
import { usePage } from "../../../ui/page";
import { Empty } from "../Empty";
import { Failure } from "../Failure";
import { LabelManager } from "../LabelManager";
import { useLabels } from "../labels";
import {
  useCounts,
  useDatasetType,
  usePlace,
  useProject,
  type DatasetState,
  type DatasetType,
  type ProjectPlace,
} from "../project";
import { useText } from "../text";
import { Details } from "./Details";
import { FilterBar, SIZES } from "./FilterBar";
import { readQuestion } from "./filters";
import "./gallery.css";
import { Grid } from "./Grid";
import { LabelPanel } from "./LabelPanel";
import { between, countOf, NOTHING, select, type Selection } from "./selection";
import { useActions } from "./useActions";
import { usePages } from "./usePages";

const SIZE_KEY = "vedette.tile-size";
/** The same key as on the labelling page, unless a label has it. */
const UNSURE_KEY = "q";
const SINGLE_KEY = "vedette.one-label";

export function GalleryPage() {
  const t = useText();
  const place = usePlace();
  const type = useDatasetType();
  const project = useProject(place);
  usePage({
    title: `${place.name} · ${t(type)}`,
    crumbs: useCrumbs(place),
    isFull: true,
  });
  if (project.error !== null && project.arn === undefined) {
    return <FaultAlert error={project.error} onRetry={project.reload} />;
  }
  if (project.arn === undefined) {
    return (
      <Box textAlign="center" padding="xxl">
        <Spinner size="large" />
      </Box>
    );
  }
  // There is nothing to ask for yet, and a way to begin.
  if (!project.types.includes(type)) return <Empty isFiltered={false} place={place} />;
  const { arn, types, states } = project;
  return <Gallery key={type} place={place} type={type} arn={arn} types={types} state={states.get(type)} />;
}

interface GalleryProps {
  readonly place: ProjectPlace;
  readonly type: DatasetType;
  readonly arn: string;
  readonly types: readonly DatasetType[];
  readonly state: DatasetState | undefined;
}

function rememberedSize(): number {
  const size = Number(localStorage.getItem(SIZE_KEY));
  return size >= SIZES.least && size <= SIZES.most ? size : SIZES.usual;
}

function Gallery({ place, type, arn, types, ...dataset }: GalleryProps) {
  const t = useText();
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const question = useMemo(() => readQuestion(search), [search]);
  const [pages, state] = usePages(arn, type, question);
  const counts = useCounts(arn, type, types.includes(type));
  const isLookout = place.service === "lookoutvision";
  const labels = useLabels(arn, counts.data, isLookout);
  const colours = useMemo(() => new Map(labels.map((label) => [label.name, label.colour])), [labels]);
  const [size, setSize] = useState(rememberedSize);
  const [chosen, setChosen] = useState<{ pages: unknown; selection: Selection }>({
    pages,
    selection: NOTHING,
  });
  const selection = chosen.pages === pages ? chosen.selection : NOTHING;
  const setSelection = (next: Selection) => setChosen({ pages, selection: next });
  const [isSingle, setSingle] = useState(localStorage.getItem(SINGLE_KEY) !== "no");
  const [isManaging, setManaging] = useState(false);
  const total = state.total ?? 0;
  const actions = useActions({ arn, type, pages, total, filter: question.filter });
  const selected = countOf(selection);
  const only = selected === 1 ? pages.at(selection.spans[0]?.first ?? 0) : undefined;

  const give = (label: string, to: Selection) =>
    void actions.run({ Kind: "label", ClearLabels: isSingle && !isLookout, AddLabels: [label] }, to);
  const choose = (label: string) => {
    if (selected > 0) {
      give(label, selection);
      return;
    }
    const next = new URLSearchParams(search);
    if (isLookout && (label === "normal" || label === "anomaly")) next.set("class", label);
    else next.append("label", label);
    setSearch(next);
  };
  /** A label stays the project's when no picture has it any more, so it is written down first. */
  const addLabel = async (name: string) => {
    try {
      await call("vedette", "UpdateLabelSettings", { ProjectArn: arn, Labels: [{ Name: name }] });
      await queryClient.invalidateQueries({ queryKey: ["vedette", "ListLabelSettings"] });
    } catch (error) {
      notify({
        type: "error",
        header: t("changeFailed"),
        content: <Sentence text={asFault(error).message} />,
      });
    }
    if (selected > 0) give(name, selection);
  };
  const mark = (isUnsure: boolean, to: Selection) =>
    void actions.run({ Kind: "label", Unsure: isUnsure }, to);
  const remove = () => {
    void actions.run({ Kind: "remove" }, selection);
    setSelection(NOTHING);
  };
  const act = (action: string) => {
    if (action === "remove") remove();
    else if (action === "unsure" || action === "sure") mark(action === "unsure", selection);
    else if (action === "clear") void actions.run({ Kind: "label", ClearLabels: true }, selection);
    else void actions.run({ Kind: "move" }, selection).then(() => setSelection(NOTHING));
  };
  const onKey = (event: KeyboardEvent, active: number) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = selected > 0 ? selection : select(between(active, active));
    if (event.key === "Delete" && selected > 0) remove();
    const label = labels.find((candidate) => candidate.key === event.key);
    if (label !== undefined) give(label.name, to);
    else if (event.key === UNSURE_KEY) mark(true, to);
    if (event.key === "0") void actions.run({ Kind: "label", ClearLabels: true }, to);
  };
  const open = (index: number) => {
    const id = pages.at(index)?.Id;
    if (id === undefined) return;
    const query = new URLSearchParams(search);
    query.set("entry", id);
    void navigate(`${place.route}/${type}/label?${query.toString()}`);
  };

  return (
    <div className="gallery-page">
      <div className="gallery-head">
        <TopLine
          type={type}
          types={types}
          total={state.total}
          selected={selected}
          isPending={state.isPending}
          isBusy={actions.isBusy}
          onType={(next) => void navigate(`${place.route}/${next}`)}
          onAdd={() => void navigate(place.route)}
          onAll={() => setSelection(select({ first: 0, end: total }))}
          onAction={act}
        />
        <FilterBar
          search={search}
          onSearch={(next) => setSearch(next, { replace: true })}
          size={size}
          onSize={(next) => {
            setSize(next);
            localStorage.setItem(SIZE_KEY, String(next));
          }}
          isLookout={isLookout}
        />
      </div>
      <div className="gallery-body">
        <div className="gallery-main">
          <Failure state={dataset.state} />
          {state.error !== null && <FaultAlert error={state.error} onRetry={() => pages.refresh()} />}
          {total === 0 && state.total !== undefined && (
            <Empty isFiltered={Object.keys(question.filter).length > 0} place={place} />
          )}
          <Grid
            key={JSON.stringify(question)}
            pages={pages}
            total={total}
            version={state.version}
            size={size}
            selection={selection}
            onSelect={setSelection}
            colours={colours}
            onOpen={open}
            onKey={onKey}
            label={t("picturesOf", { name: t(type) })}
          />
        </div>
        <aside className="gallery-side">
          <LabelPanel
            labels={labels}
            selected={selected}
            isSingle={isSingle}
            onSingle={(next) => {
              setSingle(next);
              localStorage.setItem(SINGLE_KEY, next ? "yes" : "no");
            }}
            onChoose={choose}
            onAdd={(name) => void addLabel(name)}
            onClear={() => void actions.run({ Kind: "label", ClearLabels: true }, selection)}
            onManage={() => setManaging(true)}
          />
          {only !== undefined && <Details key={only.Id} arn={arn} type={type} entry={only} />}
          <Notes counts={counts.data} />
        </aside>
      </div>
      {isManaging && (
        <LabelManager arn={arn} types={types} labels={labels} onClose={() => setManaging(false)} />
      )}
    </div>
  );
}

interface TopLineProps {
  readonly type: DatasetType;
  readonly types: readonly DatasetType[];
  readonly total: number | undefined;
  readonly selected: number;
  readonly isPending: boolean;
  readonly isBusy: boolean;
  readonly onType: (type: string) => void;
  readonly onAdd: () => void;
  readonly onAll: () => void;
  readonly onAction: (action: string) => void;
}

function TopLine(props: TopLineProps) {
  const t = useText();
  const { type, types, selected } = props;
  const total = props.total ?? 0;
  const other = type === "train" ? "test" : "train";
  const parts = [
    props.total === undefined ? "…" : t("pictures", { count: total }),
    ...(selected > 0 ? [t("selected", { count: selected })] : []),
    ...(props.isPending ? [t("lookedAt")] : []),
  ];
  return (
    <div className="gallery-line">
      <SegmentedControl
        selectedId={type}
        label={t("dataset")}
        options={[
          { id: "train", text: t("train") },
          { id: "test", text: t("test") },
        ]}
        onChange={({ detail }) => props.onType(detail.selectedId)}
      />
      <Box variant="strong">{parts.join(" · ")}</Box>
      <div className="filter-row">
        <Button onClick={props.onAll} disabled={total === 0}>
          {t("selectAll", { count: total })}
        </Button>
        <ButtonDropdown
          disabled={selected === 0}
          loading={props.isBusy}
          items={[
            { id: "move", text: t("moveTo", { name: t(other) }), disabled: !types.includes(other) },
            { id: "clear", text: t("clearLabels") },
            { id: "unsure", text: t("markUnsure") },
            { id: "sure", text: t("markSure") },
            { id: "remove", text: t("remove") },
          ]}
          onItemClick={({ detail }) => props.onAction(detail.id)}
        >
          {t("actions")}
        </ButtonDropdown>
        <Button variant="primary" onClick={props.onAdd}>
          {t("addPictures")}
        </Button>
      </div>
    </div>
  );
}

interface NotesProps {
  readonly counts:
    | {
        readonly Twins?: number | undefined;
        readonly Shared?: number | undefined;
        readonly Broken?: number | undefined;
      }
    | undefined;
}

/** What is worth knowing of the dataset, where it is. */
function Notes({ counts }: NotesProps) {
  const t = useText();
  const { Shared: shared = 0, Twins: twins = 0, Broken: broken = 0 } = counts ?? {};
  const pairs = [
    ["noteShared", shared],
    ["noteTwins", twins],
    ["noteBroken", broken],
  ] as const;
  const notes = pairs.filter(([, count]) => count > 0).map(([key, count]) => t(key, { count }));
  if (notes.length === 0) return null;
  return (
    <Box padding={{ top: "m" }}>
      <Alert type="info">{notes.join(" ")}</Alert>
    </Box>
  );
}
