export const messages = {
  title: "Home",
  heading: "Teach a model to see what you see",
  lead: "Show Vedette some pictures, say what is on them, and it learns to say it of new ones. Everything stays on this machine.",
  create: "Create a project",
  stepPictures: "Bring pictures",
  stepPicturesHelp:
    "Drag in a folder of photos. Ten for each thing to be told apart are enough to begin with.",
  stepLabel: "Label them",
  stepLabelHelp:
    "A key a picture, a box round an object, or the outline of a scratch. Vedette suggests, you decide.",
  stepModel: "Get a model",
  stepModelHelp: "It trains on this machine in minutes, and says how good it is before you use it.",
  projects: "Projects",
  allProjects: "All projects",
  pictures: { one: "{count} picture", other: "{count} pictures" },
  labelled: "{percent} labelled",
  noVersion: "No model yet",
  version: "Model {name}",
  noneHere: "There are no projects in {region}.",
  otherRegion: "Your projects are in {region}.",
  openRegion: "Open {region}",
  created: "Created {date}",
} as const;
