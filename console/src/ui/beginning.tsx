/** Lists of things that people begin, and the dialog that begins one: the frames of both. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Form from "@cloudscape-design/components/form";
import Header from "@cloudscape-design/components/header";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { FaultAlert } from "./faults";
import { useUiText } from "./text";

interface BeginPageProps {
  readonly title: string;
  readonly help: string;
  /** What the button says. */
  readonly action: string;
  readonly isAble: boolean;
  readonly query: { readonly error: unknown; readonly refetch: () => unknown };
  readonly onBegin: () => void;
  readonly children: ReactNode;
}

/** A page whose button begins something; it says what went wrong with the list below. */
export function BeginPage({ title, help, action, isAble, query, onBegin, children }: BeginPageProps) {
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={help}
          actions={
            <Button variant="primary" disabled={!isAble} onClick={onBegin}>
              {action}
            </Button>
          }
        >
          {title}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {query.error !== null && <FaultAlert error={query.error} onRetry={() => void query.refetch()} />}
        {children}
      </SpaceBetween>
    </ContentLayout>
  );
}

/** What a list says while nothing was begun. */
export function NothingBegun({ title, help }: { readonly title: string; readonly help: string }) {
  return (
    <Box textAlign="center" padding="l">
      <Box variant="h3">{title}</Box>
      <Box color="text-body-secondary">{help}</Box>
    </Box>
  );
}

interface BeginDialogProps {
  readonly title: string;
  readonly action: string;
  readonly isBusy: boolean;
  readonly isReady: boolean;
  /** Why it did not begin; null where nothing went wrong. */
  readonly error: unknown;
  readonly onBegin: () => void;
  readonly onCancel: () => void;
  readonly children: ReactNode;
}

/** A dialog with fields and a button; while it is busy it stays. */
export function BeginDialog(props: BeginDialogProps) {
  const { title, action, isBusy, isReady, error, onBegin, onCancel, children } = props;
  const t = useUiText();
  return (
    <Modal
      visible
      size="large"
      header={title}
      closeAriaLabel={t("close")}
      onDismiss={() => (isBusy ? undefined : onCancel())}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" disabled={isBusy} onClick={onCancel}>
              {t("cancel")}
            </Button>
            <Button variant="primary" loading={isBusy} disabled={!isReady} onClick={onBegin}>
              {action}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <Form>
        <SpaceBetween size="l">
          {children}
          {error !== null && <FaultAlert error={error} />}
        </SpaceBetween>
      </Form>
    </Modal>
  );
}
