/** What people say of a version, to be read and changed in place. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useChange, type ProjectService } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { useUiText } from "../../ui/text";
import type { VersionProps } from "./place";
import { useText } from "./text";

const FORMS: Readonly<Record<ProjectService, RegExp>> = {
  rekognition: /^[a-zA-Z0-9\-_. ()':,;?]{0,255}$/u,
  lookoutvision: /^[0-9A-Za-z.\-_]{0,500}$/u,
};

/** What keeps the service from taking a description; nothing where it takes it. */
export function useDescriptionProblem(service: ProjectService, description: string): string {
  const t = useText();
  return FORMS[service].test(description) ? "" : t(`describe_${service}`);
}

interface DescriptionProps extends VersionProps {
  readonly description: string;
}

function DescriptionForm(props: DescriptionProps & { readonly onClose: () => void }) {
  const t = useText();
  const ui = useUiText();
  const { project, version, onClose } = props;
  const [text, setText] = useState(props.description);
  const problem = useDescriptionProblem(project.service, text.trim());
  const update = useChange("vedette", "UpdateModelDescription", [[project.service]]);
  const save = () =>
    update.mutate({ ModelArn: version.arn, Description: text.trim() }, { onSuccess: onClose });
  return (
    <SpaceBetween size="xs">
      {update.isError && <FaultAlert error={update.error} />}
      <FormField label={t("description")} description={t("descriptionHelp")} errorText={problem} stretch>
        <Input value={text} autoFocus onChange={({ detail }) => setText(detail.value)} />
      </FormField>
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="primary" loading={update.isPending} disabled={problem !== ""} onClick={save}>
          {t("save")}
        </Button>
        <Button onClick={onClose}>{ui("cancel")}</Button>
      </SpaceBetween>
    </SpaceBetween>
  );
}

export function Description(props: DescriptionProps) {
  const t = useText();
  const [isOpen, setIsOpen] = useState(false);
  if (isOpen) return <DescriptionForm {...props} onClose={() => setIsOpen(false)} />;
  return (
    <div>
      <Box variant="awsui-key-label">{t("description")}</Box>
      {props.description === "" ? t("noDescription") : <bdi>{props.description}</bdi>}{" "}
      <Button
        variant="inline-icon"
        iconName="edit"
        ariaLabel={t("describe")}
        onClick={() => setIsOpen(true)}
      />
    </div>
  );
}
