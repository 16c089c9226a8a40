/** A picture of a bucket chosen by looking: bucket, folder, small pictures, names that begin with what is typed. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call, useCall, useRegion } from "../api";
import { FaultAlert } from "./faults";
import { folderAbove, placeOf, type PicturePlace } from "./picturePlaces";
import "./pictures.css";
import { useUiText } from "./text";

const PAGE = 60;
/** What both services open as it lies in a bucket. */
const USABLE = /\.(?:jpe?g|png)$/iu;

function useFolder({ bucket, folder }: PicturePlace, start: string) {
  const region = useRegion();
  return useInfiniteQuery({
    queryKey: ["s3", "ListObjectsV2", region, bucket, folder, start],
    enabled: bucket !== "",
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      call(
        "s3",
        "ListObjectsV2",
        {
          Bucket: bucket,
          Prefix: folder + start,
          Delimiter: "/",
          MaxKeys: PAGE,
          ...(pageParam === undefined ? {} : { ContinuationToken: pageParam }),
        },
        { signal, region },
      ),
    getNextPageParam: (page) => page.NextContinuationToken,
  });
}

interface PicturePickerProps {
  /** Where to begin, as the address of a picture. */
  readonly start: string;
  readonly onChoose: (address: string) => void;
  readonly onClose: () => void;
}

export function PicturePicker({ start, onChoose, onClose }: PicturePickerProps) {
  const t = useUiText();
  const [place, setPlace] = useState(() => placeOf(start));
  const [begins, setBegins] = useState("");
  const buckets = useCall("s3", "ListBuckets", {});
  const options = (buckets.data?.Buckets ?? []).map(({ Name = "" }) => ({ value: Name, label: Name }));
  const open = (next: PicturePlace) => {
    setPlace(next);
    setBegins("");
  };
  return (
    <Modal visible size="large" header={t("pickPicture")} onDismiss={onClose}>
      <SpaceBetween size="m">
        {buckets.error !== null && <FaultAlert error={buckets.error} />}
        <div className="picker-place">
          <Select
            selectedOption={place.bucket === "" ? null : { value: place.bucket, label: place.bucket }}
            options={options}
            placeholder={t("pickBucket")}
            ariaLabel={t("pickBucket")}
            filteringType="auto"
            onChange={({ detail }) => open({ bucket: detail.selectedOption.value ?? "", folder: "" })}
          />
          <Input
            value={begins}
            type="search"
            placeholder={t("pickBegins")}
            ariaLabel={t("pickBegins")}
            onChange={({ detail }) => setBegins(detail.value)}
          />
        </div>
        {place.folder !== "" && (
          <div className="picker-folder">
            <Button
              iconName="arrow-left"
              variant="icon"
              ariaLabel={t("pickUp")}
              onClick={() => open({ ...place, folder: folderAbove(place.folder) })}
            />
            <bdi>{place.folder}</bdi>
          </div>
        )}
        {place.bucket !== "" && <Folder place={place} begins={begins} onOpen={open} onChoose={onChoose} />}
      </SpaceBetween>
    </Modal>
  );
}

interface FolderProps {
  readonly place: PicturePlace;
  readonly begins: string;
  readonly onOpen: (place: PicturePlace) => void;
  readonly onChoose: (address: string) => void;
}

function Folder({ place, begins, onOpen, onChoose }: FolderProps) {
  const t = useUiText();
  const list = useFolder(place, begins);
  const pages = list.data?.pages ?? [];
  const folders = pages.flatMap((page) => (page.CommonPrefixes ?? []).map(({ Prefix = "" }) => Prefix));
  const keys = pages.flatMap((page) => (page.Contents ?? []).map(({ Key = "" }) => Key));
  const pictures = keys.filter((key) => USABLE.test(key));
  if (list.error !== null) return <FaultAlert error={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <Spinner />;
  return (
    <SpaceBetween size="m">
      <div className="picker-folders">
        {folders.map((folder) => (
          <Button key={folder} iconName="folder" onClick={() => onOpen({ ...place, folder })}>
            <bdi>{folder.slice(place.folder.length, -1)}</bdi>
          </Button>
        ))}
      </div>
      <div className="picker-pictures">
        {pictures.map((key) => (
          <PictureButton
            key={key}
            address={`s3://${place.bucket}/${key}`}
            name={key.slice(place.folder.length)}
            onChoose={onChoose}
          />
        ))}
      </div>
      {folders.length + pictures.length === 0 && <Alert type="info">{t("pickNothing")}</Alert>}
      {list.hasNextPage && (
        <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t("pickMore")}
        </Button>
      )}
    </SpaceBetween>
  );
}

interface PictureButtonProps {
  readonly address: string;
  readonly name: string;
  readonly onChoose: (address: string) => void;
}

function PictureButton({ address, name, onChoose }: PictureButtonProps) {
  const query = new URLSearchParams({ source: address, side: "128" });
  return (
    <button type="button" className="picker-picture" onClick={() => onChoose(address)}>
      <img alt="" loading="lazy" src={`/console/api/thumbnail?${query.toString()}`} />
      <Box fontSize="body-s">
        <bdi>{name}</bdi>
      </Box>
    </button>
  );
}
