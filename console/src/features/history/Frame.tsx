/** What the pages of a dataset's history share: where they stand, their head, and a project that is not there. */
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { useCrumbs } from "../../ui/crumbs";
import { FaultAlert } from "../../ui/faults";
import { usePage, type Crumb } from "../../ui/page";
import type { HistoryPlace } from "./place";

interface HistoryFrameProps {
  readonly place: HistoryPlace;
  readonly title: string;
  readonly help?: string | undefined;
  readonly actions: ReactNode;
  /** Pages between the dataset and this one. */
  readonly above?: readonly Crumb[];
  /** Shown once the project is known. */
  readonly children: (arn: string) => ReactNode;
}

export function HistoryFrame({ place, title, help, actions, above = [], children }: HistoryFrameProps) {
  usePage({ title, crumbs: [...useCrumbs(place), ...above] });
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={help} actions={actions}>
          <bdi>{title}</bdi>
        </Header>
      }
    >
      <SpaceBetween size="m">
        {place.error !== null && <FaultAlert error={place.error} onRetry={place.retry} />}
        {place.arn !== undefined && children(place.arn)}
      </SpaceBetween>
    </ContentLayout>
  );
}
