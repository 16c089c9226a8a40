import type { Translation } from "../../../i18n/texts";
import type { messages as english } from "./en";

export const messages: Translation<typeof english> = {
  title: "Conta",
  account: "Número da conta",
  person: "Conectado como",
  arn: "Nome nas políticas",
  expires: "Conectado até",
};
