/** Four example projects with a task each, ready labelled or half labelled, so that one may begin at once. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Cards from "@cloudscape-design/components/cards";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";
import { refreshProjects, useChange } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { routeOfProject } from "../../ui/projects";
import { ExamplePicture, type ExampleName } from "./ExamplePicture";
import "./home.css";
import { useText } from "./text";

const EXAMPLES = [
  { name: "sort-parts", title: "e_sort", help: "e_sort_help" },
  { name: "parts-on-a-tray", title: "e_tray", help: "e_tray_help" },
  { name: "locate-parts", title: "e_locate", help: "e_locate_help" },
  { name: "find-scratches", title: "e_scratch", help: "e_scratch_help" },
] as const;

function useCreation() {
  const navigate = useNavigate();
  const create = useChange("vedette", "CreateExampleProject", []);
  const start = (Example: ExampleName, Labeled: "all" | "half") =>
    create.mutate(
      { Example, Labeled },
      {
        onSuccess: ({ ProjectName: name = "", Service }) => {
          void refreshProjects();
          void navigate(
            routeOfProject({ service: Service === "lookoutvision" ? Service : "rekognition", name }),
          );
        },
      },
    );
  return { create, start };
}

export function Examples() {
  const t = useText();
  const { create, start } = useCreation();
  const { isPending, variables } = create;
  const isMaking = (name: ExampleName, labelled: string) =>
    isPending && variables.Example === name && variables.Labeled === labelled;
  return (
    <SpaceBetween size="s">
      {create.isError && <FaultAlert error={create.error} />}
      <Cards
        items={EXAMPLES}
        trackBy="name"
        cardsPerRow={[{ cards: 1 }, { minWidth: 500, cards: 2 }, { minWidth: 900, cards: 4 }]}
        header={
          <Header variant="h2" description={isPending ? t("making") : t("firstModelHelp")}>
            {t("firstModel")}
          </Header>
        }
        cardDefinition={{
          header: (example) => <span className="example-title">{t(example.title)}</span>,
          sections: [
            { id: "picture", content: (example) => <ExamplePicture name={example.name} /> },
            { id: "help", content: (example) => <Box color="text-body-secondary">{t(example.help)}</Box> },
            {
              id: "do",
              content: (example) => (
                <SpaceBetween size="xs">
                  {(["all", "half"] as const).map((labelled) => (
                    <Button
                      key={labelled}
                      fullWidth
                      disabled={isPending}
                      loading={isMaking(example.name, labelled)}
                      ariaLabel={`${t(example.title)}: ${t(labelled)}`}
                      onClick={() => start(example.name, labelled)}
                    >
                      {t(labelled)}
                    </Button>
                  ))}
                </SpaceBetween>
              ),
            },
          ],
        }}
      />
    </SpaceBetween>
  );
}
