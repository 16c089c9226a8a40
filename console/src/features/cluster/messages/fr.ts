import type { Translation } from "../../../i18n/texts";
import type { messages as english } from "./en";

export const messages: Translation<typeof english> = {
  loading: "Chargement…",
  onRay: "Les entraînements et les unités tournent sur la grappe Ray à l’adresse {address}.",
  onServers: "Les entraînements et les unités tournent sur les serveurs eux-mêmes.",
  troubled: "La grappe ne répond pas",
  nodes: "Nœuds",
  nodesNone: "Aucun nœud ne prend de travail pour l’instant.",
  node: "Nœud",
  state: "État",
  node_ready: "Prêt",
  node_draining: "En cours de vidage",
  node_drained: "Vide",
  node_away: "Absent",
  cores: "Cœurs libres",
  memory: "Gio libres",
  gpus: "GPU libres",
  units: "Unités",
  trainings: "Entraînements",
  upkeep: "Entretien",
  drain: "Vider",
  drainTitle: "Vider le nœud {name}",
  drainHelp:
    "Il ne prend plus rien de nouveau. Ses unités sont d’abord démarrées ailleurs ; ses entraînements vont jusqu’à leur fin. Ensuite il est libre, jusqu’à ce que vous le laissiez travailler de nouveau.",
  resume: "Laisser travailler",
  resumeNode: "Laisser le nœud {name} travailler de nouveau",
  work: "Ce qui tourne",
  workNone: "Rien de ce compte ne tourne pour l’instant.",
  model: "Modèle",
  kind: "Genre",
  training: "Entraînement",
  unitsOf: { one: "{count} unité", other: "{count} unités" },
  beingPlaced: "En cours de placement",
  waiting: "Ce qui attend",
  waitingHelp:
    "Les comptes passent à tour de rôle : les nombreux entraînements de l’un ne font pas attendre ceux d’un autre.",
  waitingNone: "Rien n’attend.",
  position: "Rang",
  why: "Pourquoi il attend",
  othersWait: {
    one: "{count} entraînement d’un autre compte attend aussi.",
    other: "{count} entraînements d’autres comptes attendent aussi.",
  },
  quotaTrainings: {
    one: "Ce compte a {count} entraînement en cours, sur {most} permis à la fois.",
    other: "Ce compte a {count} entraînements en cours, sur {most} permis à la fois.",
  },
  quotaUnits: {
    one: "Ce compte a {count} unité, sur {most} permises.",
    other: "Ce compte a {count} unités, sur {most} permises.",
  },
};
