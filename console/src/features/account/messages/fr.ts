import type { Translation } from "../../../i18n/texts";
import type { messages as english } from "./en";

export const messages: Translation<typeof english> = {
  title: "Compte",
  account: "Numéro de compte",
  person: "Connecté en tant que",
  arn: "Nom dans les stratégies",
  expires: "Connecté jusqu’au",
};
