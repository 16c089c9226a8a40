/** A dataset out of a manifest in a bucket: created, and followed until it is there or says what is wrong. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { call, queryClient } from "../../api";
import { FaultAlert } from "../../ui/faults";
import type { DatasetType, ProjectPlace } from "./project";
import { useText } from "./text";

interface ImportPanelProps {
  readonly place: ProjectPlace;
  readonly arn: string;
  readonly type: DatasetType;
}

const ADDRESS = /^s3:\/\/([^/]+)\/(.+)$/u;

export function ImportPanel({ place, arn, type }: ImportPanelProps) {
  const t = useText();
  const [address, setAddress] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const match = ADDRESS.exec(address.trim());
  const begin = async () => {
    const [, bucket = "", key = ""] = match ?? [];
    setBusy(true);
    setError(null);
    try {
      if (place.service === "rekognition") {
        await call("rekognition", "CreateDataset", {
          ProjectArn: arn,
          DatasetType: type === "train" ? "TRAIN" : "TEST",
          DatasetSource: { GroundTruthManifest: { S3Object: { Bucket: bucket, Name: key } } },
        });
      } else {
        await call("lookoutvision", "CreateDataset", {
          ProjectName: place.name,
          DatasetType: type,
          DatasetSource: { GroundTruthManifest: { S3Object: { Bucket: bucket, Key: key } } },
        });
      }
      await queryClient.invalidateQueries();
    } catch (fault) {
      setError(fault);
    } finally {
      setBusy(false);
    }
  };
  return (
    <SpaceBetween size="xs">
      <Box variant="h4">{t("importTitle")}</Box>
      {error !== null && <FaultAlert error={error} />}
      <FormField description={t("importHelp")}>
        <Input
          value={address}
          placeholder="s3://bucket/train.manifest"
          ariaLabel={t("importTitle")}
          invalid={address !== "" && match === null}
          onChange={({ detail }) => setAddress(detail.value)}
        />
      </FormField>
      <Button disabled={match === null} loading={isBusy} onClick={() => void begin()}>
        {t("importBegin")}
      </Button>
    </SpaceBetween>
  );
}
