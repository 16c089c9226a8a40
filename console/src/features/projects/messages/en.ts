export const messages = {
  title: "Projects",
  intro: "A project is one question to your pictures, with the datasets and models that answer it.",
  name: "Name",
  kind: "Question",
  kindRekognition: "What is in the picture, or where",
  kindLookout: "Is something wrong",
  datasets: "Datasets",
  created: "Created",
  train: "Training",
  test: "Test",
  noDatasets: "No dataset yet",
  filter: "Find a project",
  counted: { one: "{count} project", other: "{count} projects" },
  empty: "No projects in this region",
  emptyHelp:
    "A project begins with pictures and a question. Other regions may have projects: the region is chosen in the top bar.",
  noMatch: "No project matches",
} as const;
